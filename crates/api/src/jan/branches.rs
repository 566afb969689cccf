//! Branches: each conversation has one, MAIN. Edits and regenerations make versions instead.

use super::content::unsupported;
use super::query::{MAIN, on_main};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use actix_web::{HttpResponse, web};
use domain::conversations::{Conversation, ConversationService};
use endpoint::{delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A branch.
#[derive(Serialize, ToSchema)]
#[schema(as = JanBranch)]
struct BranchBody {
    #[schema(example = "MAIN")]
    name: &'static str,
    item_count: u32,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
    is_active: bool,
}

impl From<Conversation> for BranchBody {
    fn from(conversation: Conversation) -> Self {
        Self {
            name: MAIN,
            item_count: conversation.item_count,
            created_at: conversation.created_at.timestamp(),
            updated_at: conversation.updated_at.timestamp(),
            is_active: true,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanBranchList)]
struct BranchListBody {
    object: &'static str,
    data: Vec<BranchBody>,
    active_branch: &'static str,
}

/// A new branch, which cannot be made.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanCreateBranch)]
pub(crate) struct CreateBranchBody {
    #[schema(example = "EDIT_1")]
    #[expect(dead_code, reason = "it is only described")]
    name: Option<String>,
}

impl WireBody for CreateBranchBody {
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanActivated)]
struct ActivatedBody {
    active_branch: &'static str,
    message: &'static str,
}

/// List the branches of a conversation
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.")),
    responses((status = 200, description = "MAIN.", body = BranchListBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/branches")]
pub(crate) async fn list_branches(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    conversation: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = super::conversations::id(&conversation)?;
    let found = conversations.get(actor.owner_id, id).await?;
    Ok(HttpResponse::Ok().json(BranchListBody {
        object: "list",
        data: vec![found.into()],
        active_branch: MAIN,
    }))
}

/// Make a branch
///
/// 400 `unsupported`: a conversation has one branch.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.")),
    request_body = Option<CreateBranchBody>,
    responses((status = 400, description = "A conversation has one branch.")),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/branches")]
pub(crate) async fn create_branch(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    conversation: web::Path<String>,
    Body(CreateBranchBody { .. }, _): Body<CreateBranchBody>,
) -> Result<HttpResponse, ApiError> {
    let id = super::conversations::id(&conversation)?;
    conversations.get(actor.owner_id, id).await?;
    let message = "A conversation has one branch, MAIN: edits and regenerations make versions.";
    Err(unsupported(message, "name"))
}

/// Get a branch
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("branch" = String, Path, description = "MAIN."),
    ),
    responses((status = 200, description = "MAIN.", body = BranchBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/branches/{branch}")]
pub(crate) async fn get_branch(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, branch) = path.into_inner();
    let id = super::conversations::id(&conversation)?;
    let found = conversations.get(actor.owner_id, id).await?;
    on_main(&branch)?;
    Ok(HttpResponse::Ok().json(BranchBody::from(found)))
}

/// Delete a branch
///
/// 400 `unsupported` for MAIN, the only branch.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("branch" = String, Path, description = "MAIN."),
    ),
    responses((status = 400, description = "MAIN stays.")),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}/branches/{branch}")]
pub(crate) async fn delete_branch(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, branch) = path.into_inner();
    let id = super::conversations::id(&conversation)?;
    conversations.get(actor.owner_id, id).await?;
    on_main(&branch)?;
    Err(unsupported("MAIN cannot be deleted.", "branch"))
}

/// Activate a branch
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("branch" = String, Path, description = "MAIN."),
    ),
    responses((status = 200, description = "It is active.", body = ActivatedBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/branches/{branch}/activate")]
pub(crate) async fn activate_branch(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    path: web::Path<(String, String)>,
    _: crate::repeats::Once,
) -> Result<HttpResponse, ApiError> {
    let (conversation, branch) = path.into_inner();
    let id = super::conversations::id(&conversation)?;
    conversations.get(actor.owner_id, id).await?;
    on_main(&branch)?;
    Ok(HttpResponse::Ok().json(ActivatedBody {
        active_branch: MAIN,
        message: "Branch activated successfully",
    }))
}

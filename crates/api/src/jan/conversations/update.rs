use super::{ConversationBody, PairsBody, REFERRER, metadata};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use actix_web::{HttpResponse, web};
use domain::conversations::{Change, ConversationChanges, ConversationService, FlagChanges};
use domain::error::Error;
use domain::id::ProjectId;
use domain::state::Expected;
use domain::title::Title;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The changes. An absent field, or null, keeps its value.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanUpdateConversation)]
pub(crate) struct UpdateConversationBody {
    #[schema(example = "Updated Project Title")]
    title: Option<String>,
    /// A project of yours; an empty text takes the conversation out of its project.
    project_id: Option<String>,
    /// Replaces all pairs, except the referrer.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    metadata: Option<PairsBody>,
    is_favorite: Option<bool>,
    is_archived: Option<bool>,
}

impl WireBody for UpdateConversationBody {
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

fn project(raw: &str) -> Result<Option<ProjectId>, Error> {
    match raw.trim() {
        "" => Ok(None),
        raw => ProjectId::parse(raw).map(Some),
    }
}

/// Update a conversation
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.")),
    request_body = Option<UpdateConversationBody>,
    responses((status = 200, description = "The conversation.", body = ConversationBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}")]
pub(crate) async fn update_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    Body(body, _): Body<UpdateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let (owner, id) = (actor.owner_id, super::id(&id)?);
    let mut changes = ConversationChanges::default();
    if let Some(pairs) = body.metadata {
        // Where it came from never changes, so reading it first is safe.
        let found = conversations.get(owner, id).await?;
        let referrer = found.metadata.pairs().get(REFERRER);
        let pairs = metadata(Some(pairs), referrer.map(String::as_str))?;
        changes.metadata = Change::Set(pairs);
    }
    let changes = ConversationChanges {
        title: Change::of(body.title, |title| Title::parse(&title).map(Some))?,
        project_id: Change::of(body.project_id, |raw| project(&raw))
            .map_err(|error| error.named_by("project_id"))?,
        flags: FlagChanges {
            archived: Change::of(body.is_archived, Ok)?,
            pinned: Change::of(body.is_favorite, Ok)?,
        },
        ..changes
    };
    let updated = conversations
        .update(owner, id, changes, &Expected::Any)
        .await?;
    Ok(HttpResponse::Ok().json(ConversationBody::from(updated)))
}

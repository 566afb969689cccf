use super::{ItemBody, ids};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::jan::query::MAIN;
use actix_web::{HttpResponse, web};
use domain::id::{ConversationId, OwnerId};
use domain::items::{Item, ItemService, ListItems, Role};
use domain::page::{Limit, Order};
use domain::replies::{ReplyOptions, ReplyService};
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Options for the reply.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanRegenerate)]
pub(crate) struct RegenerateBody {
    model: Option<String>,
    temperature: Option<f64>,
    max_tokens: Option<f64>,
}

impl WireBody for RegenerateBody {
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// The new reply. It is another version of the old one, not a branch.
#[derive(Serialize, ToSchema)]
#[schema(as = JanRegenerated)]
pub(in crate::jan) struct RegeneratedBody {
    branch: &'static str,
    old_main_backup: &'static str,
    branch_created: bool,
    /// The message that it replies to; empty if it replies to none.
    user_item_id: String,
    item: ItemBody,
}

impl RegeneratedBody {
    pub(in crate::jan) async fn of(
        items: &ItemService,
        owner: OwnerId,
        conversation: ConversationId,
        reply: Item,
    ) -> Self {
        // The reply is stored, so it is returned even where its question cannot be found.
        let question = question(items, owner, conversation, &reply).await;
        Self {
            branch: MAIN,
            old_main_backup: "",
            branch_created: false,
            user_item_id: question.unwrap_or_default(),
            item: reply.into(),
        }
    }
}

/// The message that a reply answers: most often the one right before it.
async fn question(
    items: &ItemService,
    owner: OwnerId,
    conversation: ConversationId,
    reply: &Item,
) -> Option<String> {
    for limit in [Limit::ONE, Limit::parse(None).ok()?] {
        let before = ListItems {
            limit,
            order: Order::Descending,
            after: Some(reply.id.sequence()),
            call_id: None,
        };
        let before = items.list(owner, conversation, before).await.ok()?.data;
        let question = before.iter().find(|item| item.role == Role::User);
        if let Some(question) = question {
            return Some(question.id.to_string());
        }
    }
    None
}

/// Regenerate a reply
///
/// Lets the model write the reply again, as its next version.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("item_id" = String, Path, description = "The message's id."),
    ),
    request_body = Option<RegenerateBody>,
    responses((status = 200, description = "The reply.", body = RegeneratedBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/{item_id}/regenerate")]
pub(crate) async fn regenerate_item(
    Authenticated(actor): Authenticated,
    replies: web::Data<ReplyService>,
    items: web::Data<ItemService>,
    path: web::Path<(String, String)>,
    Body(body, _): Body<RegenerateBody>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = ids(path.into_inner())?;
    let owner = actor.owner_id;
    let options = ReplyOptions::parse(body.model, body.temperature, body.max_tokens, None)?;
    let generation = replies
        .regenerate(owner, conversation, item, options)
        .await?;
    let finished = generation.finished().await?;
    let reply = finished.generated.item;
    let body = RegeneratedBody::of(&items, owner, conversation, reply).await;
    Ok(HttpResponse::Ok().json(body))
}

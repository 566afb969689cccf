use super::ShareBody;
use crate::browsers::PublicUrl;
use crate::error::{ApiError, code};
use crate::extract::{Authenticated, Body, Query, WireBody};
use crate::jan::query::{ListQuery, on_main};
use actix_web::{HttpResponse, web};
use domain::error::Error;
use domain::id::{ConversationId, ItemId};
use domain::shares::{NewLink, ShareService};
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new link. It shows the present messages, and is for reading.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanCreateShare)]
pub(crate) struct CreateShareBody {
    /// `conversation` or `item`.
    #[schema(example = "conversation")]
    scope: String,
    /// The message, where the scope is `item`.
    item_id: Option<String>,
    /// `true` also shows the messages before it.
    include_context_messages: Option<bool>,
    /// MAIN, or absent.
    branch: Option<String>,
}

impl WireBody for CreateShareBody {
    const MAY_TRAIL: bool = true;
}

impl CreateShareBody {
    fn link(self) -> Result<NewLink, ApiError> {
        let branch = self.branch.filter(|branch| !branch.is_empty());
        branch.as_deref().map_or(Ok(()), on_main)?;
        match self.scope.as_str() {
            "conversation" => Ok(NewLink::to_conversation(None, None)?),
            "item" => {
                let item = self.item_id.filter(|id| !id.is_empty()).ok_or_else(|| {
                    let message = "item_id is required where scope is item.";
                    ApiError::new(code::MISSING_FIELD, message).param("item_id")
                })?;
                let item = ItemId::parse(&item).map_err(|error| error.named_by("item_id"))?;
                Ok(NewLink::to_message(
                    item,
                    self.include_context_messages,
                    None,
                )?)
            }
            _ => {
                let message = "scope must be conversation or item.";
                Err(Error::invalid("scope", message).into())
            }
        }
    }
}

/// Share a conversation or a message
#[utoipa::path(
    tag = "shares",
    params(("conversation_id" = String, Path, description = "The conversation's id.")),
    request_body = CreateShareBody,
    responses((status = 201, description = "The link.", body = ShareBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/share")]
pub(crate) async fn create_share(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    conversation: web::Path<String>,
    Query(query): Query<ListQuery>,
    Body(body, _): Body<CreateShareBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    query.on_main()?;
    let link = body.link()?;
    let share = shares
        .create(actor.owner_id, conversation, link, None)
        .await?;
    Ok(HttpResponse::Created().json(ShareBody::new(&share, &public)))
}

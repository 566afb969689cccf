use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::tags::IfMatch;
use actix_web::{HttpResponse, web};
use domain::id::{ConversationId, ItemId};
use domain::items::ItemService;
use endpoint::delete;

/// Delete a message
///
/// Deletes only this message with its versions, for good.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
    ),
    responses((status = 204, description = "It is gone.")),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}/items/{item_id}")]
pub(crate) async fn delete_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    path: web::Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = path.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    items
        .delete(
            actor.owner_id,
            conversation,
            ItemId::parse(&item)?,
            &expected,
        )
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

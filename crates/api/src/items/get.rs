use super::{ItemBody, answered};
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::memory::{PAGE, take_memory};
use crate::tags::{is_known, tagged};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::{ConversationId, ItemId};
use domain::items::ItemService;
use endpoint::get;

/// Get a message
///
/// One message, in its current version.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
    ),
    responses((status = 200, description = "The message.", body = ItemBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/items/{item_id}")]
pub(crate) async fn get_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = path.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    take_memory(&request, PAGE).await?;
    let item = items
        .get(actor.owner_id, conversation, ItemId::parse(&item)?)
        .await?;
    let tag = item.tag();
    match is_known(&request, tag.as_str()) {
        true => Ok(tagged(HttpResponse::NotModified().finish(), &tag)),
        false => answered(&request, StatusCode::OK, item).await,
    }
}

use super::{ItemListBody, Twenty, new_items};
use crate::error::{ApiError, code};
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::long_work::json;
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::ConversationId;
use domain::items::{Item, ItemService};
use endpoint::post;
use serde::Deserialize;

/// Items to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateItemsBody {
    items: Twenty,
}

impl WireBody for CreateItemsBody {
    const LIMIT: usize = MESSAGES;
}

/// Add items
///
/// All or none, in order.
#[utoipa::path(responses((status = 200, description = "The items.")))]
#[post("/conversations/{conversation_id}/items")]
pub(crate) async fn create_items(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    conversation: web::Path<String>,
    _: OpenAiQuery<Nothing>,
    Body(body, _): Body<CreateItemsBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    if body.items.is_empty() {
        let message = "items must have 1 to 20 items.";
        return Err(ApiError::new(code::INVALID_VALUE, message).param("items"));
    }
    let new = new_items(&request, &items, actor.owner_id, body.items).await?;
    let stored = items.append_all(actor.owner_id, conversation, new).await?;
    added(&request, stored).await
}

/// The answer with the items that were added.
pub(in crate::openai) async fn added(
    request: &HttpRequest,
    items: Vec<Item>,
) -> Result<HttpResponse, ApiError> {
    let bytes = items.iter().map(Item::bytes).sum();
    json(request, bytes, ItemListBody::of(items, false)).await
}

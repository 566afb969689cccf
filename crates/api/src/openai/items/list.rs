use super::ItemListBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use crate::openai::ids;
use crate::openai::query::{OpenAiPage, OpenAiQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::{ConversationId, ItemId};
use domain::items::{Item, ItemService, ListItems};
use endpoint::get;

/// List the items of a conversation
///
/// Newest first by default.
#[utoipa::path(responses((status = 200, description = "A page.")))]
#[get("/conversations/{conversation_id}/items")]
pub(crate) async fn list_items(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    conversation: web::Path<String>,
    OpenAiQuery(query): OpenAiQuery<OpenAiPage>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let list = ListItems {
        limit: query.limit()?,
        order: query.order(),
        after: query.after(ids::read)?.map(ItemId::sequence),
        call_id: None,
    };
    take_memory(&request, PAGE).await?;
    let page = items.list(actor.owner_id, conversation, list).await?;
    let bytes = page.data.iter().map(Item::bytes).sum();
    json(&request, bytes, ItemListBody::of(page.data, page.has_more)).await
}

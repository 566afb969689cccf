use super::ItemListBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::jan::query::{ListQuery, PageParams};
use crate::long_work::json;
use crate::memory::{PAGE, take_memory};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::ConversationService;
use domain::id::ItemId;
use domain::items::{ItemService, ListItems};
use domain::page::Order;
use endpoint::get;

/// List the messages of a conversation
///
/// Newest first by default.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        PageParams,
        ("branch" = Option<String>, Query, description = "MAIN, or absent."),
    ),
    responses((status = 200, description = "A page.", body = ItemListBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/items")]
pub(crate) async fn list_items(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    request: HttpRequest,
    conversation: web::Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let conversation = crate::jan::conversations::id(&conversation)?;
    query.on_main()?;
    let list = ListItems {
        limit: query.limit()?,
        order: query.order(Order::Descending)?,
        after: query.after(ItemId::parse)?.map(ItemId::sequence),
        call_id: None,
    };
    let found = conversations.get(actor.owner_id, conversation).await?;
    take_memory(&request, PAGE).await?;
    let page = items.list(actor.owner_id, conversation, list).await?;
    let bytes = page.data.iter().map(|item| item.bytes()).sum();
    let body = ItemListBody::new(page.data, page.has_more, Some(found.item_count));
    json(&request, bytes, body).await
}

use super::{ItemListBody, NewItemBody, NewItemShape, read};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, Object, WireBody, hundred};
use crate::jan::query::ListQuery;
use crate::long_work::{LongWork, json};
use crate::memory::held;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::items::{Item, ItemService};
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// Messages to add.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanCreateItems)]
pub(crate) struct CreateItemsBody {
    /// 1 to 100 messages.
    #[serde(deserialize_with = "hundred")]
    #[schema(value_type = Vec<NewItemShape>)]
    items: Vec<Object<NewItemBody>>,
}

impl WireBody for CreateItemsBody {
    const LIMIT: usize = MESSAGES;
    const MAY_TRAIL: bool = true;
}

/// Add messages
///
/// All or none, in order.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("branch" = Option<String>, Query, description = "MAIN, or absent."),
    ),
    request_body(content = CreateItemsBody, example = json!({ "items": [{
        "type": "message", "role": "user",
        "content": [{ "type": "input_text", "input_text": "What are the next steps?" }],
    }] })),
    responses((status = 200, description = "The messages.", body = ItemListBody)),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items")]
pub(crate) async fn create_items(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    conversation: web::Path<String>,
    crate::extract::Query(query): crate::extract::Query<ListQuery>,
    Body(body, _): Body<CreateItemsBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = crate::jan::conversations::id(&conversation)?;
    query.on_main()?;
    let new = LongWork::run(&request, held(&request), move || read(body.items)).await?;
    let stored = items.append_all(actor.owner_id, conversation, new).await?;
    added(&request, stored).await
}

/// The answer with the messages that were added.
pub(in crate::jan) async fn added(
    request: &HttpRequest,
    items: Vec<Item>,
) -> Result<HttpResponse, ApiError> {
    let bytes = items.iter().map(Item::bytes).sum();
    json(request, bytes, ItemListBody::new(items, false, None)).await
}

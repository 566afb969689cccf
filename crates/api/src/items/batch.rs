use super::{ItemListBody, NewItemBody, one_by_one};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, Object, WireBody, hundred};
use crate::long_work::{LongWork, json};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::error::Error;
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::{Item, ItemService, NewItem};
use domain::page::Page;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// Messages to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateItemsRequest)]
pub(crate) struct NewItemsBody {
    /// 1 to 100 messages, in the order in which the conversation gets them.
    #[serde(deserialize_with = "hundred")]
    #[schema(value_type = Vec<NewItemBody>, min_items = 1, max_items = 100)]
    items: Vec<Object<NewItemBody>>,
}

impl WireBody for NewItemsBody {
    const LIMIT: usize = MESSAGES;
}

impl NewItemsBody {
    fn read(self) -> Result<Vec<NewItem>, Error> {
        let items = self.items.into_iter().enumerate();
        let items = items.map(|(index, Object(item))| {
            NewItem::try_from(item).map_err(|error| error.within(&format!("items[{index}]")))
        });
        items.collect()
    }
}

/// Send several messages
///
/// Adds 1 to 100 messages at the end of the conversation, in order, all or none. A message is not
/// stored again if an existing one has its `call_id`, role and content: the answer has the existing
/// one. An error names the message, as `items[3]` or `items[3].call_id`.
#[utoipa::path(
    tag = "items",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    request_body(content = NewItemsBody, examples(
        ("turns" = (summary = "A question and its answer", value = json!({ "items": [
            { "role": "user", "content": "What are the next steps?", "call_id": "import-1" },
            { "role": "assistant", "content": "First, a list of them.", "call_id": "import-2" },
        ] }))),
    )),
    responses((status = 201, description = "The messages, stored, in the order of the request.",
        body = ItemListBody)),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded", "conversation_full", "call_id_conflict"])),
        ("x-example" = json!({ "has_more": false, "next_after": null })),
    ),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/batch")]
pub(crate) async fn create_items(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    conversation: web::Path<String>,
    Body(body, _): Body<NewItemsBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let bytes = body.items.iter().map(|Object(item)| item.parts_bytes());
    let new = LongWork::run(&request, bytes.sum(), move || Ok(body.read()?)).await?;
    let stored = items.append_all(actor.owner_id, conversation, new).await?;
    added(&request, stored).await
}

/// Answers a repeat with the messages that the first attempt stored, as they are now.
pub(crate) async fn again(
    request: &HttpRequest,
    items: web::Data<ItemService>,
    (owner, conversation): (OwnerId, ConversationId),
    ids: Vec<ItemId>,
) -> Result<HttpResponse, ApiError> {
    match items.find_all(owner, conversation, &ids).await? {
        Some(found) => added(request, found).await,
        // They were edited after the first attempt.
        None => {
            let answer = HttpResponse::Created();
            one_by_one::list(request, items, (owner, conversation), ids, answer).await
        }
    }
}

/// The answer with the messages of a batch.
pub(crate) async fn added(
    request: &HttpRequest,
    items: Vec<Item>,
) -> Result<HttpResponse, ApiError> {
    let bytes = items.iter().map(Item::bytes).sum();
    let page = Page {
        data: items,
        has_more: false,
    };
    let body = ItemListBody::new(page, |item| item.id.to_string());
    let mut response = json(request, bytes, body).await?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

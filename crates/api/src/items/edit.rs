use super::{ItemBody, answered};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody, given};
use crate::long_work::LongWork;
use crate::tags::IfMatch;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::{ConversationId, ItemId};
use domain::items::{Content, ItemService, ItemType};
use endpoint::put;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The new text of a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EditItemRequest)]
pub(crate) struct EditItemBody {
    /// 1 to 1,000,000 characters, kept exactly as sent. It replaces all texts of a message with
    /// parts; its pictures and files stay.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 1_000_000,
        example = "Actually, let me rephrase that..."
    )]
    content: Option<String>,
    /// The content parts that replace everything in the message.
    #[schema(value_type = Option<Vec<HashMap<String, serde_json::Value>>>, min_items = 1, max_items = 1000)]
    parts: Option<Box<RawValue>>,
}

impl WireBody for EditItemBody {
    const LIMIT: usize = MESSAGES;
}

/// Edit a message
///
/// Gives a message of any role another text: the id stays, the version rises by one, the earlier
/// text is kept. Sending the current text makes no new version.
#[utoipa::path(
    tag = "items",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
    ),
    request_body(content = EditItemBody, examples(
        ("rephrase" = (summary = "Another text", value = json!({
            "content": "Actually, let me rephrase that...",
        }))),
    )),
    responses((status = 200, description = "The message as it is now.", body = ItemBody)),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded"])),
        ("x-example" = json!({
        "version": 2, "content": "Actually, let me rephrase that...",
        "updated_at": "2025-12-23T10:05:00.000000Z",
    })),
    ),
    security(("bearer" = [])),
)]
#[put("/conversations/{conversation_id}/items/{item_id}/edit")]
pub(crate) async fn edit_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    IfMatch(expected): IfMatch,
    Body(body, _): Body<EditItemBody>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = path.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    let item = ItemId::parse(&item)?;
    let bytes = body.parts.as_deref().map_or(0, |parts| parts.get().len());
    let read = move || {
        let parts = body.parts.as_deref().map(RawValue::get);
        Ok(Content::parse_item(ItemType::MESSAGE, parts, body.content)?)
    };
    let content = LongWork::run(&request, bytes, read).await?;
    let edited = items
        .edit(actor.owner_id, conversation, item, content, &expected)
        .await?;
    answered(&request, StatusCode::OK, edited).await
}

use super::{ItemBody, NewItemBody, answered};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::ConversationId;
use domain::items::{Accepted, ItemService};
use endpoint::post;

impl WireBody for NewItemBody {
    const LIMIT: usize = MESSAGES;
}

/// Send a message
///
/// Adds a message at the end of the conversation. A second request with the same `call_id`, role
/// and content gets 200 with the existing message.
#[utoipa::path(
    tag = "items",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    request_body(content = NewItemBody, examples(
        ("user" = (summary = "A question", value = json!({
            "role": "user", "content": "What are the next steps?",
        }))),
        ("retriable" = (summary = "Safe to send again", value = json!({
            "role": "user", "content": "What are the next steps?", "call_id": "order-42-question-1",
        }))),
        ("parts" = (summary = "A picture beside the text", value = json!({ "role": "user", "parts": [
            { "type": "input_text", "text": "Where is this?" },
            { "type": "input_image", "image_url": "https://example.org/fjord.png" },
        ] }))),
        ("call" = (summary = "A call of a tool", value = json!({ "type": "function_call", "parts": [
            { "call_id": "call_1", "name": "look", "arguments": "{\"at\": \"Oslo\"}" },
        ] }))),
    )),
    responses(
        (status = 201, description = "The message, stored.", body = ItemBody,
            headers(("Location", description = "Where to get it."))),
        (status = 200, description = "A message with this `call_id` exists; it is returned.",
            body = ItemBody),
    ),
    extensions(("x-error-codes" = json!(["quota_exceeded", "conversation_full", "call_id_conflict"]))),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items")]
pub(crate) async fn create_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    request: HttpRequest,
    conversation: web::Path<String>,
    Body(body, _): Body<NewItemBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let new = body.read(&request).await?;
    match items.append(actor.owner_id, conversation, new).await? {
        Accepted::Existing(item) => answered(&request, StatusCode::OK, item).await,
        Accepted::Created(item) => {
            let location = format!("/v1/conversations/{conversation}/items/{}", item.id);
            let mut answer = answered(&request, StatusCode::CREATED, item).await?;
            // Ids consist of digits and letters.
            if let Ok(location) = HeaderValue::try_from(location) {
                answer.headers_mut().insert(LOCATION, location);
            }
            Ok(answer)
        }
    }
}

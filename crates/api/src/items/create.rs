use super::{ItemBody, NewItemBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::tags::tagged;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
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
    )),
    responses(
        (status = 201, description = "The message, stored.", body = ItemBody,
            headers(("Location", description = "Where to get it."))),
        (status = 200, description = "The message was there already, by its `call_id`.",
            body = ItemBody),
    ),
    extensions(("x-error-codes" = json!(["quota_exceeded", "conversation_full", "call_id_conflict"]))),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items")]
pub(crate) async fn create_item(
    Authenticated(actor): Authenticated,
    items: web::Data<ItemService>,
    conversation: web::Path<String>,
    Body(body, _): Body<NewItemBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    match items
        .append(actor.owner_id, conversation, body.try_into()?)
        .await?
    {
        Accepted::Existing(item) => {
            let tag = item.tag();
            Ok(tagged(HttpResponse::Ok().json(ItemBody::from(item)), &tag))
        }
        Accepted::Created(item) => {
            let location = format!("/v1/conversations/{conversation}/items/{}", item.id);
            let tag = item.tag();
            let answer = HttpResponse::Created()
                .insert_header((LOCATION, location))
                .json(ItemBody::from(item));
            Ok(tagged(answer, &tag))
        }
    }
}

use super::body::{ConversationBody, CreateConversationBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body};
use crate::long_work::LongWork;
use crate::tags::tagged;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::ConversationService;
use endpoint::post;

/// Create a conversation
///
/// Stores a new conversation, empty or with its first messages. `Location` is its address.
#[utoipa::path(
    tag = "conversations",
    request_body(content = Option<CreateConversationBody>, examples(
        ("empty" = (summary = "An untitled conversation", value = json!({}))),
        ("titled" = (summary = "With a title and a first message", value = json!({
            "title": "Project Planning", "tags": ["work"],
            "items": [{"role": "user", "content": "Let's plan our project"}],
        }))),
    )),
    responses((status = 201, description = "The conversation, without its messages.",
        body = ConversationBody, headers(("Location", description = "Where to get it.")))),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded", "project_not_found"])),
        ("x-example" = json!({
        "project_id": null, "item_count": 1, "metadata": {},
    })),
    ),
    security(("bearer" = [])),
)]
#[post("/conversations")]
pub(crate) async fn create_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    request: HttpRequest,
    Body(body, _): Body<CreateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let bytes = body.parts_bytes();
    let new = LongWork::run(&request, bytes, move || Ok(body.try_into()?)).await?;
    let created = conversations.create(actor.owner_id, new).await?;
    let tag = created.tag();
    let body = ConversationBody::from(created);
    let location = format!("/v1/conversations/{}", body.id);
    let answer = HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(body);
    Ok(tagged(answer, &tag))
}

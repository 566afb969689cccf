use super::body::{ConversationBody, UpdateConversationBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body};
use crate::tags::{IfMatch, tagged};
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use domain::id::ConversationId;
use endpoint::patch;

/// Update a conversation
///
/// Renames it, moves it to a project, replaces its metadata, archives it or pins it. This does not
/// change `updated_at`.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    request_body(content = Option<UpdateConversationBody>, examples(
        ("rename" = (summary = "A new title", value = json!({"title": "Updated Project Title"}))),
        ("archive" = (summary = "Out of the way", value = json!({"archived": true}))),
        ("leave" = (summary = "Out of its project", value = json!({"project_id": null}))),
    )),
    responses((status = 200, description = "The conversation as it is now, without its messages.",
        body = ConversationBody)),
    extensions(
        ("x-error-codes" = json!(["project_not_found"])),
        ("x-example" = json!({ "title": "Updated Project Title" })),
    ),
    security(("bearer" = [])),
)]
#[patch("/conversations/{conversation_id}")]
pub(crate) async fn update_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    IfMatch(expected): IfMatch,
    Body(body, _): Body<UpdateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let id = ConversationId::parse(&id)?;
    let updated = conversations
        .update(actor.owner_id, id, body.try_into()?, &expected)
        .await?;
    let tag = updated.tag();
    let answer = HttpResponse::Ok().json(ConversationBody::from(updated));
    Ok(tagged(answer, &tag))
}

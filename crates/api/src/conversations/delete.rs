use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::tags::IfMatch;
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use domain::id::ConversationId;
use endpoint::delete;

/// Delete a conversation
///
/// Deletes the conversation and all its messages for good, at once for every reader. A second call
/// gets 404.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    responses((status = 204, description = "It is gone.")),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}")]
pub(crate) async fn delete_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, ApiError> {
    conversations
        .delete(actor.owner_id, ConversationId::parse(&id)?, &expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

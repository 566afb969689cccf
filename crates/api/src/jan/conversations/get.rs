use super::ConversationBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use endpoint::get;

/// Get a conversation
///
/// Without its messages.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.")),
    responses((status = 200, description = "The conversation.", body = ConversationBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}")]
pub(crate) async fn get_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = conversations.get(actor.owner_id, super::id(&id)?).await?;
    Ok(HttpResponse::Ok().json(ConversationBody::from(found)))
}

use super::ConversationBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use endpoint::get;

/// Get a conversation
#[utoipa::path(responses((status = 200, description = "The conversation.")))]
#[get("/conversations/{conversation_id}")]
pub(crate) async fn get_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    _: OpenAiQuery<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let found = conversations.get(actor.owner_id, super::id(&id)?).await?;
    Ok(HttpResponse::Ok().json(ConversationBody::from(found)))
}

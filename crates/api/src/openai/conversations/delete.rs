use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use domain::state::Expected;
use endpoint::delete;
use serde::Serialize;

/// The deleted conversation.
#[derive(Serialize)]
struct DeletedBody {
    id: String,
    object: &'static str,
    deleted: bool,
}

/// Delete a conversation
#[utoipa::path(responses((status = 200, description = "It is gone.")))]
#[delete("/conversations/{conversation_id}")]
pub(crate) async fn delete_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    _: OpenAiQuery<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let id = super::id(&id)?;
    conversations
        .delete(actor.owner_id, id, &Expected::Any)
        .await?;
    Ok(HttpResponse::Ok().json(DeletedBody {
        id: id.to_string(),
        object: "conversation.deleted",
        deleted: true,
    }))
}

use super::both;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::conversations::ConversationBody;
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use domain::items::ItemService;
use domain::state::Expected;
use endpoint::delete;

/// Delete an item
///
/// Only this one. Answers with the conversation.
#[utoipa::path(responses((status = 200, description = "The conversation.")))]
#[delete("/conversations/{conversation_id}/items/{item_id}")]
pub(crate) async fn delete_item(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    path: web::Path<(String, String)>,
    _: OpenAiQuery<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = both(path.into_inner())?;
    items
        .delete(actor.owner_id, conversation, item, &Expected::Any)
        .await?;
    let left = conversations.get(actor.owner_id, conversation).await?;
    Ok(HttpResponse::Ok().json(ConversationBody::from(left)))
}

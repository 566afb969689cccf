use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::jan::content::unsupported;
use actix_web::{HttpResponse, web};
use domain::conversations::ConversationService;
use endpoint::patch;

/// Update the result of a tool
///
/// Calls of tools are not kept yet: 400 `unsupported`.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("call_id" = String, Path, description = "The call's id."),
    ),
    responses((status = 400, description = "Calls of tools are not kept yet.")),
    security(("bearer" = [])),
)]
#[patch("/conversations/{conversation_id}/items/by-call-id/{call_id}")]
pub(crate) async fn update_item_by_call_id(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, _) = path.into_inner();
    let conversation = crate::jan::conversations::id(&conversation)?;
    conversations.get(actor.owner_id, conversation).await?;
    let message = "Calls of tools are not kept: a conversation holds text alone.";
    Err(unsupported(message, "call_id"))
}

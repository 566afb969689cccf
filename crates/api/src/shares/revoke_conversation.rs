use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::id::ConversationId;
use domain::shares::ShareService;
use endpoint::delete;

/// Revoke a link of a conversation
///
/// Ends the link, to the conversation or to a message of it, for the very next request. A second
/// time it is not found.
#[utoipa::path(
    tag = "shares",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("share_id" = String, Path, description = "The link's secret name.",
            example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc"),
    ),
    responses((status = 204, description = "It has ended.")),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}/share/{share_id}")]
pub(crate) async fn revoke_conversation_share(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, share_id) = path.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    shares
        .revoke(actor.owner_id, Some(conversation), &share_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

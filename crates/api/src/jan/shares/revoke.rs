use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::jan::conversations::delete::DeletedBody;
use actix_web::{HttpResponse, web};
use domain::id::ConversationId;
use domain::shares::ShareService;
use endpoint::delete;

/// Revoke a link
#[utoipa::path(
    tag = "shares",
    params(("share_id" = String, Path, description = "The link's secret name.")),
    responses((status = 200, description = "It has ended.", body = DeletedBody)),
    security(("bearer" = [])),
)]
#[delete("/shares/{share_id}")]
pub(crate) async fn revoke_share(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    share_id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    shares.revoke(actor.owner_id, None, &share_id).await?;
    Ok(HttpResponse::Ok().json(DeletedBody::of(share_id.as_str(), "share.deleted")))
}

/// Revoke a link of a conversation
#[utoipa::path(
    tag = "shares",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        ("share_id" = String, Path, description = "The link's secret name."),
    ),
    responses((status = 200, description = "It has ended.", body = DeletedBody)),
    security(("bearer" = [])),
)]
#[delete("/conversations/{conversation_id}/shares/{share_id}")]
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
    Ok(HttpResponse::Ok().json(DeletedBody::of(share_id, "share.deleted")))
}

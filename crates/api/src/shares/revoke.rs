use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::shares::ShareService;
use endpoint::delete;

/// Revoke a link
///
/// Ends the link for the very next request. A second time it is not found.
#[utoipa::path(
    tag = "shares",
    params(("share_id" = String, Path, description = "The link's secret name.",
        example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc")),
    responses((status = 204, description = "It has ended.")),
    security(("bearer" = [])),
)]
#[delete("/shares/{share_id}")]
pub(crate) async fn revoke_share(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    share_id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    shares.revoke(actor.owner_id, None, &share_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::removal::RemovalService;
use domain::tasks::Tasks;
use endpoint::delete;

/// Delete your account and all that is in it
///
/// Removes the caller with all their data, for good: conversations, projects, links, sessions and
/// keys. Access tokens become invalid within 30 seconds.
#[utoipa::path(
    tag = "auth",
    responses((status = 204, description = "You are gone.")),
    extensions(("x-error-codes" = json!(["api_key_not_allowed", "operator_stays"]))),
    security(("bearer" = [])),
)]
#[delete("/auth/me")]
pub(crate) async fn delete_me(
    Authenticated(actor): Authenticated,
    removal: web::Data<RemovalService>,
    tasks: web::Data<dyn Tasks>,
) -> Result<HttpResponse, ApiError> {
    to_its_end(tasks.as_ref(), async move { removal.remove(actor).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

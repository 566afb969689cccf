use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::auth::AuthService;
use domain::tasks::Tasks;
use endpoint::delete;

/// End all sessions
///
/// Signs you out everywhere, also here: all refresh tokens become invalid. Access tokens stay valid
/// for the rest of their hour, and API keys stay. A guest cannot sign in again afterwards.
#[utoipa::path(
    tag = "auth",
    responses((status = 204, description = "All of them have ended.")),
    extensions(("x-error-codes" = json!(["api_key_not_allowed", "server_busy"]))),
    security(("bearer" = [])),
)]
#[delete("/auth/sessions")]
pub(crate) async fn delete_sessions(
    Authenticated(actor): Authenticated,
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
) -> Result<HttpResponse, ApiError> {
    to_its_end(
        tasks.as_ref(),
        async move { auth.end_sessions(actor).await },
    )
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

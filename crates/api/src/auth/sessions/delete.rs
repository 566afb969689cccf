use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::auth::AuthService;
use domain::id::SessionId;
use domain::tasks::Tasks;
use endpoint::delete;

/// End a session
///
/// Ends one of your sessions, this one or another: all its refresh tokens become invalid. Its
/// access tokens stay valid for the rest of their hour.
#[utoipa::path(
    tag = "auth",
    params(("session_id" = String, Path, description = "The session's id.",
        example = "sess_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    responses((status = 204, description = "It has ended.")),
    extensions(("x-error-codes" = json!(["api_key_not_allowed"]))),
    security(("bearer" = [])),
)]
#[delete("/auth/sessions/{session_id}")]
pub(crate) async fn delete_session(
    Authenticated(actor): Authenticated,
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    actor.person()?;
    let session = SessionId::parse(&id)?;
    let work = async move { auth.end_session(actor, session).await };
    to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::NoContent().finish())
}

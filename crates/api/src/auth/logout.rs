use super::refresh_token::RefreshTokenBody;
use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::Body;
use actix_web::{HttpResponse, web};
use domain::auth::AuthService;
use domain::tasks::Tasks;
use endpoint::post;

/// Sign out of a session
///
/// Ends the session of the refresh token: all its refresh tokens become invalid. Its access tokens
/// stay valid for the rest of their hour. An invalid refresh token gets the same answer.
#[utoipa::path(
    tag = "auth",
    request_body = RefreshTokenBody,
    responses((status = 204, description = "Signed out.")),
    extensions(("x-error-codes" = json!(["rate_limited", "server_busy"]))),
    security(()),
)]
#[post("/auth/logout")]
pub(crate) async fn logout(
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<RefreshTokenBody>,
) -> Result<HttpResponse, ApiError> {
    let origin = client.origin();
    to_its_end(tasks.as_ref(), async move {
        auth.sign_out(&body.refresh_token, origin).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

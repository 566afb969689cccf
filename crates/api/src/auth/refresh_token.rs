use super::SignedInBody;
use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::AuthService;
use domain::tasks::Tasks;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The refresh token to spend.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefreshTokenRequest)]
pub(crate) struct RefreshTokenBody {
    /// The `refresh_token` of the session's last answer.
    #[schema(example = "rt_2rXbQ0a7cJ9n4kVfLw8sZpYtG3mHdE6uTiRoKjNxC1B")]
    pub(super) refresh_token: String,
}

impl WireBody for RefreshTokenBody {
    const LIMIT: usize = CREDENTIALS;
}

/// Refresh a session
///
/// Spends a refresh token for a new pair. If the answer was lost, or two windows ask at the same
/// time, send the same token again: for 30 seconds it gets the same new refresh token, until that
/// is spent. A token that was spent longer ago ends the whole session, since someone else may have
/// a copy of it.
#[utoipa::path(
    tag = "auth",
    request_body = RefreshTokenBody,
    responses((status = 200, description = "A new pair of tokens, or the same refresh token once more.", body = SignedInBody)),
    extensions(("x-error-codes" = json!([
        "refresh_token_invalid", "rate_limited", "server_busy"
    ]))),
    security(()),
)]
#[post("/auth/refresh-token")]
pub(crate) async fn refresh_token(
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<RefreshTokenBody>,
) -> Result<HttpResponse, ApiError> {
    let origin = client.origin();
    let work = async move { auth.refresh(&body.refresh_token, origin).await };
    let session = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(SignedInBody::from(session)))
}

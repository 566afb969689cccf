use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::{AuthService, SignedIn};
use domain::tasks::Tasks;
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A session, with its user at the top.
#[derive(Serialize, ToSchema)]
#[schema(as = JanSession)]
struct SessionBody {
    user_id: String,
    username: String,
    principal_id: String,
    access_token: String,
    refresh_token: String,
    token_type: &'static str,
    /// The lifetime of the access token in seconds.
    expires_in: u32,
}

/// The name of a user: the e-mail address, or one made of the id.
pub(super) fn username(user: &domain::auth::User) -> String {
    let email = user.email.as_ref().map(|email| email.as_str().to_owned());
    email.unwrap_or_else(|| format!("guest-{}", user.id.ulid().to_string().to_lowercase()))
}

impl From<SignedIn> for SessionBody {
    fn from(session: SignedIn) -> Self {
        let id = session.user.id.to_string();
        Self {
            username: username(&session.user),
            principal_id: id.clone(),
            user_id: id,
            access_token: session.access_token,
            refresh_token: session.refresh_token.0,
            token_type: "Bearer",
            expires_in: session.expires_in,
        }
    }
}

/// A guest needs no data.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanGuestLogin)]
pub(crate) struct GuestLoginBody {}

impl WireBody for GuestLoginBody {
    const LIMIT: usize = CREDENTIALS;
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanRefreshToken)]
pub(crate) struct RefreshTokenBody {
    refresh_token: String,
}

impl WireBody for RefreshTokenBody {
    const LIMIT: usize = CREDENTIALS;
    const MAY_TRAIL: bool = true;
}

/// The result.
#[derive(Serialize, ToSchema)]
#[schema(as = JanDone)]
pub(super) struct DoneBody {
    pub(super) status: &'static str,
}

/// Become a guest
#[utoipa::path(
    tag = "users",
    request_body = Option<GuestLoginBody>,
    responses((status = 201, description = "A new guest, signed in.", body = SessionBody)),
    security(()),
)]
#[post("/jan/auth/guest-login")]
pub(crate) async fn guest_login(
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(GuestLoginBody {}, _): Body<GuestLoginBody>,
) -> Result<HttpResponse, ApiError> {
    let origin = client.origin();
    let work = async move { auth.guest_login(origin).await };
    let session = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Created().json(SessionBody::from(session)))
}

/// Refresh a session
#[utoipa::path(
    tag = "users",
    request_body = RefreshTokenBody,
    responses((status = 200, description = "A new pair of tokens.", body = SessionBody)),
    security(()),
)]
#[post("/jan/auth/refresh-token")]
pub(crate) async fn refresh_token(
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<RefreshTokenBody>,
) -> Result<HttpResponse, ApiError> {
    let origin = client.origin();
    let work = async move { auth.refresh(&body.refresh_token, origin).await };
    let session = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(SessionBody::from(session)))
}

/// Sign out of a session
#[utoipa::path(
    tag = "users",
    request_body = RefreshTokenBody,
    responses((status = 200, description = "Signed out.", body = DoneBody)),
    security(()),
)]
#[post("/jan/auth/logout")]
pub(crate) async fn logout(
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<RefreshTokenBody>,
) -> Result<HttpResponse, ApiError> {
    let origin = client.origin();
    let work = async move { auth.sign_out(&body.refresh_token, origin).await };
    to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(DoneBody {
        status: "logged_out",
    }))
}

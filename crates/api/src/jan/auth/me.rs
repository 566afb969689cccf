use super::sessions::username;
use crate::error::ApiError;
use crate::extract::{Authenticated, profile};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::auth::{AccountService, Email, ExternalProfile, UserKind};
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// The caller.
#[derive(Serialize, ToSchema)]
#[schema(as = JanMe)]
struct MeBody {
    id: String,
    user_id: String,
    username: String,
    email: Option<String>,
    name: Option<String>,
    is_guest: bool,
}

impl MeBody {
    /// Adds the profile from an external issuer's token.
    fn with(self, profile: ExternalProfile) -> Self {
        let username = profile.email.as_ref().or(profile.name.as_ref()).cloned();
        Self {
            username: username.unwrap_or(self.username),
            email: profile.email,
            name: profile.name,
            is_guest: profile.is_guest,
            ..self
        }
    }
}

/// Who you are
#[utoipa::path(
    tag = "users",
    responses((status = 200, description = "The caller.", body = MeBody)),
    security(("bearer" = [])),
)]
#[get("/jan/auth/me")]
pub(crate) async fn get_me(
    request: HttpRequest,
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
) -> Result<HttpResponse, ApiError> {
    let user = accounts.me(actor).await?;
    let me = MeBody {
        id: user.id.to_string(),
        user_id: user.id.to_string(),
        username: username(&user),
        is_guest: user.kind == UserKind::Guest,
        email: user.email.map(Email::into_string),
        name: user.name,
    };
    Ok(HttpResponse::Ok().json(match profile(&request) {
        None => me,
        Some(profile) => me.with(profile),
    }))
}

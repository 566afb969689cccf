use super::sessions::username;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, get, web};
use domain::auth::{AccountService, Email, UserKind};
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

/// Who you are
#[utoipa::path(
    tag = "users",
    responses((status = 200, description = "The caller.", body = MeBody)),
    security(("bearer" = [])),
)]
#[get("/jan/auth/me")]
pub(crate) async fn get_me(
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
) -> Result<HttpResponse, ApiError> {
    let user = accounts.me(actor).await?;
    Ok(HttpResponse::Ok().json(MeBody {
        id: user.id.to_string(),
        user_id: user.id.to_string(),
        username: username(&user),
        is_guest: user.kind == UserKind::Guest,
        email: user.email.map(Email::into_string),
        name: user.name,
    }))
}

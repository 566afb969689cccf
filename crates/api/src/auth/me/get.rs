use crate::auth::UserBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, get, web};
use domain::auth::AccountService;

/// Who you are
///
/// The user whose token or key this is.
#[utoipa::path(
    tag = "auth",
    responses((status = 200, description = "The caller.", body = UserBody)),
    security(("bearer" = [])),
)]
#[get("/auth/me")]
pub(crate) async fn get_me(
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
) -> Result<HttpResponse, ApiError> {
    let user = accounts.me(actor).await?;
    Ok(HttpResponse::Ok().json(UserBody::from(user)))
}

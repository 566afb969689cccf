use super::sessions::DoneBody;
use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::{AccountService, Email, Password};
use domain::tasks::Tasks;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The guest's new address.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanUpgrade)]
pub(crate) struct UpgradeBody {
    #[schema(example = "ada@example.org")]
    email: String,
    /// Absent, as in Jan: the account is used through its session, until the operator resets its
    /// password.
    password: Option<String>,
}

impl WireBody for UpgradeBody {
    const LIMIT: usize = CREDENTIALS;
    const MAY_TRAIL: bool = true;
}

/// Make a guest an account
#[utoipa::path(
    tag = "users",
    request_body = UpgradeBody,
    responses((status = 200, description = "It is an account.", body = DoneBody)),
    security(("bearer" = [])),
)]
#[post("/jan/auth/upgrade")]
pub(crate) async fn upgrade(
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<UpgradeBody>,
) -> Result<HttpResponse, ApiError> {
    let email = Email::choose(&body.email)?;
    let password = match body.password {
        Some(password) => Password::choose("password", &password, &email)?,
        None => accounts.unknown_password(&email)?,
    };
    let origin = client.origin();
    let work = async move { accounts.upgrade(actor, email, password, origin).await };
    to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(DoneBody { status: "upgraded" }))
}

use super::SignedInBody;
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

/// The guest's new credentials.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpgradeRequest)]
pub(crate) struct UpgradeBody {
    /// The address. Upper and lower case and Unicode spelling do not matter. No invisible
    /// characters.
    #[schema(format = Email, min_length = 3, max_length = 254, example = "ada@example.org")]
    email: String,
    /// 8 to 256 characters. Passwords that are easy to guess are refused: the most common ones,
    /// repetition, runs of the keyboard, and the e-mail address, for instance. There are no other
    /// rules.
    #[schema(format = Password, min_length = 8, max_length = 256,
        example = "a long sentence is easy to keep")]
    password: String,
}

impl WireBody for UpgradeBody {
    const LIMIT: usize = CREDENTIALS;
}

/// Make a guest an account
///
/// Gives the calling guest an e-mail address and a password. The guest keeps the id and all data;
/// existing sessions continue.
#[utoipa::path(
    tag = "auth",
    request_body(content = UpgradeBody, examples(
        ("account" = (summary = "An account", value = json!({
            "email": "ada@example.org",
            "password": "a long sentence is easy to keep",
        }))),
    )),
    responses((status = 200, description = "The account, in a new session.", body = SignedInBody)),
    extensions(("x-error-codes" = json!([
        "not_a_guest", "upgrade_refused", "registration_disabled", "api_key_not_allowed",
        "rate_limited", "server_busy"
    ]))),
    security(("bearer" = [])),
)]
#[post("/auth/upgrade")]
pub(crate) async fn upgrade(
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<UpgradeBody>,
) -> Result<HttpResponse, ApiError> {
    let email = Email::choose(&body.email)?;
    let password = Password::choose("password", &body.password, &email)?;
    let origin = client.origin();
    let work = async move { accounts.upgrade(actor, email, password, origin).await };
    let session = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(SignedInBody::from(session)))
}

use super::SignedInBody;
use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::{AccountService, Email, Password};
use domain::tasks::Tasks;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The credentials of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LoginRequest)]
pub(crate) struct LoginBody {
    /// The account's address. Upper and lower case do not matter.
    #[schema(format = Email, min_length = 3, max_length = 254, example = "ada@example.org")]
    email: String,
    /// The account's password.
    #[schema(format = Password, min_length = 1, max_length = 256,
        example = "a long sentence is easy to keep")]
    password: String,
}

impl WireBody for LoginBody {
    const LIMIT: usize = CREDENTIALS;
}

/// Sign in to an account
///
/// Begins a session of an account. The answer does not say whether the address or the password was
/// wrong. After many failures the next attempt is delayed, and later refused with 429.
#[utoipa::path(
    tag = "auth",
    request_body(content = LoginBody, examples(
        ("account" = (summary = "An account", value = json!({
            "email": "ada@example.org",
            "password": "a long sentence is easy to keep",
        }))),
    )),
    responses((status = 200, description = "Signed in.", body = SignedInBody)),
    extensions(("x-error-codes" = json!(["sign_in_failed", "rate_limited", "server_busy"]))),
    security(()),
)]
#[post("/auth/login")]
pub(crate) async fn login(
    accounts: web::Data<AccountService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<LoginBody>,
) -> Result<HttpResponse, ApiError> {
    let email = Email::parse(&body.email)?;
    let password = Password::attempt("password", &body.password)?;
    let origin = client.origin();
    let work = async move { accounts.login(&email, password, origin).await };
    let session = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Ok().json(SignedInBody::from(session)))
}

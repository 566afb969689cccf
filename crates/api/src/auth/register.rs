use super::SignedInBody;
use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::{AccountService, Email, Name, Password, Register};
use domain::error::Error;
use domain::tasks::Tasks;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegisterRequest)]
pub(crate) struct RegisterBody {
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
    /// Your display name: 1 to 120 characters after trimming, at least one of them visible.
    #[schema(
        min_length = 1,
        max_length = 120,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "Ada"
    )]
    name: Option<String>,
}

impl WireBody for RegisterBody {
    const LIMIT: usize = CREDENTIALS;
}

impl TryFrom<RegisterBody> for Register {
    type Error = Error;

    fn try_from(body: RegisterBody) -> Result<Self, Error> {
        let email = Email::choose(&body.email)?;
        Ok(Self {
            password: Password::choose("password", &body.password, &email)?,
            email,
            name: body.name.map(|name| Name::parse(&name)).transpose()?,
        })
    }
}

/// Make an account
///
/// Makes an account with an e-mail address and a password, and signs in.
#[utoipa::path(
    tag = "auth",
    request_body(content = RegisterBody, examples(
        ("account" = (summary = "An account", value = json!({
            "email": "ada@example.org",
            "password": "a long sentence is easy to keep",
            "name": "Ada",
        }))),
    )),
    responses((status = 201, description = "The new account, signed in.", body = SignedInBody)),
    extensions(("x-error-codes" = json!([
        "email_taken", "registration_disabled", "rate_limited", "server_busy"
    ]))),
    security(()),
)]
#[post("/auth/register")]
pub(crate) async fn register(
    accounts: web::Data<AccountService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<RegisterBody>,
) -> Result<HttpResponse, ApiError> {
    let (register, origin) = (body.try_into()?, client.origin());
    let work = async move { accounts.register(register, origin).await };
    let session = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Created().json(SignedInBody::from(session)))
}

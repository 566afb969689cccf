use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::{AccountService, ChangePassword, Password};
use domain::error::Error;
use domain::tasks::Tasks;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A change of the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangePasswordRequest)]
pub(crate) struct ChangePasswordBody {
    /// The caller's current password.
    #[schema(format = Password, min_length = 1, max_length = 256,
        example = "a long sentence is easy to keep")]
    current_password: String,
    /// 8 to 256 characters. Passwords that are easy to guess are refused: the most common ones,
    /// repetition, runs of the keyboard, and the e-mail address, for instance. There are no other
    /// rules.
    #[schema(format = Password, min_length = 8, max_length = 256,
        example = "another sentence is as easy")]
    new_password: String,
}

impl WireBody for ChangePasswordBody {
    const LIMIT: usize = CREDENTIALS;
}

impl TryFrom<ChangePasswordBody> for ChangePassword {
    type Error = Error;

    fn try_from(body: ChangePasswordBody) -> Result<Self, Error> {
        Ok(Self {
            current: Password::attempt("current_password", &body.current_password)?,
            new: body.new_password,
        })
    }
}

/// Change your password
///
/// Gives the caller's account another password, and ends every other session: all their refresh
/// tokens become invalid. Their access tokens stay valid for the rest of their hour, and API keys
/// stay. A wrong current password counts as a failed sign-in.
#[utoipa::path(
    tag = "auth",
    request_body(content = ChangePasswordBody, examples(
        ("another" = (summary = "Another password", value = json!({
            "current_password": "a long sentence is easy to keep",
            "new_password": "another sentence is as easy",
        }))),
    )),
    responses((status = 204, description = "Changed. This session goes on, all others have ended.")),
    extensions(("x-error-codes" = json!([
        "password_wrong", "not_an_account", "api_key_not_allowed", "rate_limited", "server_busy"
    ]))),
    security(("bearer" = [])),
)]
#[post("/auth/password")]
pub(crate) async fn update_password(
    Authenticated(actor): Authenticated,
    accounts: web::Data<AccountService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(body, _): Body<ChangePasswordBody>,
) -> Result<HttpResponse, ApiError> {
    actor.person()?;
    let (request, origin) = (body.try_into()?, client.origin());
    let work = async move { accounts.change_password(actor, request, origin).await };
    to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::NoContent().finish())
}

//! Failures as clients see them: one envelope, one table of codes, one match from the domain.

mod body;
pub(crate) mod code;
mod provider;

pub(crate) use body::{ErrorBody, example};
pub(crate) use provider::passed;

pub use code::{CODES, Code};

use crate::shares::page;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::error::{
    Conflict, Error, Forbidden, Invalid, InvalidReason, Resource, Unauthenticated,
};

/// Seconds after which a request is worth repeating when the database is away.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// A failed request, on its way to the envelope.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) code: &'static Code,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether a person reads it, as a page.
    page: bool,
    /// For the log alone.
    source: Option<Box<Error>>,
}

impl ApiError {
    pub(crate) fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: None,
            headers: Vec::new(),
            page: false,
            source: None,
        }
    }

    #[must_use]
    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same request would fail again: OpenAI's SDKs, which repeat a 409 and every 5xx, go by this.
    #[must_use]
    fn not_to_be_repeated(self) -> Self {
        let should_retry = HeaderName::from_static("x-should-retry");
        self.header(should_retry, HeaderValue::from_static("false"))
    }

    /// The failure behind it, which is for the log.
    #[must_use]
    fn logged_as(self, error: Error) -> Self {
        let source = Some(Box::new(error));
        Self { source, ..self }
    }

    /// The same failure, as a page instead of the envelope.
    #[must_use]
    pub(crate) fn into_page(mut self) -> Self {
        self.page = true;
        self
    }

    /// What a framework error amounts to: the framework's own words are not for clients.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => {
                Self::new(code::ROUTE_NOT_FOUND, code::ROUTE_NOT_FOUND.meaning)
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(code::BODY_TOO_LARGE, code::BODY_TOO_LARGE.meaning)
            }
            status if status.is_client_error() => {
                Self::new(code::INVALID_REQUEST, code::INVALID_REQUEST.meaning)
            }
            _ => Self::new(code::INTERNAL_ERROR, code::INTERNAL_ERROR.meaning),
        }
    }

    /// The answer, in the envelope or as a page.
    pub(crate) fn render(&self, request_id: Option<&str>) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.page {
            let page = page::failure(&page::Failure {
                status,
                message: &self.message,
                retry_after: self.retry_after(),
                request_id,
            });
            return response.content_type(ContentType::html()).body(page);
        }
        response.json(self.body(request_id))
    }

    /// Seconds until the request is worth repeating, if that is known.
    fn retry_after(&self) -> Option<u64> {
        let mut headers = self.headers.iter();
        let (_, seconds) = headers.find(|(name, _)| name == header::RETRY_AFTER)?;
        seconds.to_str().ok()?.parse().ok()
    }

    /// The envelope itself.
    pub(crate) fn body(&self, request_id: Option<&str>) -> ErrorBody {
        ErrorBody::new(self, request_id)
    }

    /// Says in the log what the client is not told.
    pub(crate) fn log(&self) {
        match self.source.as_deref() {
            Some(Error::Internal(source)) => {
                tracing::error!(error = ?source, "the request failed, and it is our fault");
            }
            Some(Error::Unavailable(source)) => {
                tracing::warn!(error = ?source, "the database is away");
            }
            Some(Error::Provider(failure)) => {
                tracing::warn!(error = ?failure, "the model provider failed");
            }
            _ => {}
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let (code, param) = match &error {
            Error::Invalid(Invalid { param, reason, .. }) => (invalid(*reason), param.clone()),
            Error::NotFound { resource, param } => (absent(*resource), param.map(str::to_owned)),
            Error::Conflict(conflict) => {
                let (code, param) = conflicting(*conflict);
                return Self {
                    param: param.map(str::to_owned),
                    ..Self::new(code, message)
                }
                .not_to_be_repeated();
            }
            Error::Unauthenticated(reason) => {
                let (code, challenge) = unauthenticated(*reason);
                return Self::new(code, message).header(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static(challenge),
                );
            }
            Error::Gone => (code::SHARE_ENDED, None),
            Error::Forbidden(reason) => (forbidden(*reason), None),
            Error::Provider(failure) => return provider::answer(failure).logged_as(error),
            Error::RateLimited { retry_after } => {
                return Self::new(code::RATE_LIMITED, message)
                    .header(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Error::Overloaded { retry_after } => {
                return Self::new(code::SERVER_BUSY, message)
                    .header(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Error::Unavailable(_) => {
                return Self::new(code::DATABASE_UNAVAILABLE, message)
                    .header(header::RETRY_AFTER, RETRY_AFTER)
                    .logged_as(error);
            }
            Error::Internal(_) => {
                return Self::new(code::INTERNAL_ERROR, message).logged_as(error);
            }
        };
        Self {
            param,
            ..Self::new(code, message)
        }
    }
}

fn invalid(reason: InvalidReason) -> &'static Code {
    match reason {
        InvalidReason::Value => code::INVALID_VALUE,
        InvalidReason::Cursor => code::INVALID_CURSOR,
        InvalidReason::NulCharacter => code::NUL_CHARACTER,
    }
}

fn forbidden(reason: Forbidden) -> &'static Code {
    match reason {
        Forbidden::GuestLoginDisabled => code::GUEST_LOGIN_DISABLED,
        Forbidden::RegistrationDisabled => code::REGISTRATION_DISABLED,
        Forbidden::ApiKey => code::API_KEY_NOT_ALLOWED,
        Forbidden::Operator => code::OPERATOR_STAYS,
        Forbidden::ShareReadOnly => code::SHARE_READ_ONLY,
    }
}

fn absent(resource: Resource) -> &'static Code {
    match resource {
        Resource::ApiKey => code::API_KEY_NOT_FOUND,
        Resource::Conversation => code::CONVERSATION_NOT_FOUND,
        Resource::Item => code::ITEM_NOT_FOUND,
        Resource::Project => code::PROJECT_NOT_FOUND,
        Resource::Share => code::SHARE_NOT_FOUND,
        Resource::Version => code::VERSION_NOT_FOUND,
    }
}

fn conflicting(conflict: Conflict) -> (&'static Code, Option<&'static str>) {
    match conflict {
        Conflict::ConversationFull => (code::CONVERSATION_FULL, None),
        Conflict::CallIdConflict => (code::CALL_ID_CONFLICT, Some("call_id")),
        Conflict::ShareFull => (code::SHARE_FULL, None),
        Conflict::ReplyPositionTaken => (code::REPLY_POSITION_TAKEN, None),
        Conflict::EmailTaken => (code::EMAIL_TAKEN, Some("email")),
        Conflict::NotGuest => (code::NOT_A_GUEST, None),
        Conflict::UpgradeRefused => (code::UPGRADE_REFUSED, None),
        Conflict::ApiKeysFull => (code::API_KEYS_FULL, None),
    }
}

/// The code and the challenge (RFC 6750, 3). A refused refresh token is a matter of the body, but
/// 401 demands a challenge all the same.
fn unauthenticated(reason: Unauthenticated) -> (&'static Code, &'static str) {
    match reason {
        Unauthenticated::Missing => (code::TOKEN_MISSING, "Bearer"),
        Unauthenticated::Invalid => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Expired => (code::TOKEN_EXPIRED, "Bearer error=\"invalid_token\""),
        Unauthenticated::ApiKey => (code::API_KEY_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Several => (code::TOKEN_INVALID, "Bearer error=\"invalid_token\""),
        Unauthenticated::Password => (code::SIGN_IN_FAILED, "Bearer"),
        Unauthenticated::RefreshToken => (code::REFRESH_TOKEN_INVALID, "Bearer"),
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.name)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.render(None)
    }
}

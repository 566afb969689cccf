use super::code::{self, Code};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use domain::error::Error;

/// A failed request, before it becomes an envelope.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) code: &'static Code,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether it refuses content that cannot be stored. Jan's face has a separate code for that.
    pub(crate) is_unkept: bool,
    /// Whether the answer is a page for a person.
    pub(super) page: bool,
    /// Whether the client has stopped sending, so it has probably left.
    pub(crate) has_left: bool,
    /// For the log only.
    pub(super) source: Option<Box<Error>>,
}

impl ApiError {
    pub(crate) fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: None,
            is_unkept: false,
            headers: Vec::new(),
            page: false,
            has_left: false,
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

    /// Says that a retry would fail again. OpenAI's SDKs, which retry a 409 and every 5xx, read
    /// this.
    #[must_use]
    pub(super) fn not_to_be_repeated(self) -> Self {
        let should_retry = HeaderName::from_static("x-should-retry");
        self.header(should_retry, HeaderValue::from_static("false"))
    }

    /// Says that a retry can succeed soon.
    #[must_use]
    pub(super) fn worth_repeating(self) -> Self {
        let should_retry = HeaderName::from_static("x-should-retry");
        self.header(should_retry, HeaderValue::from_static("true"))
    }

    /// Adds the cause of the failure, for the log.
    #[must_use]
    pub(super) fn logged_as(self, error: Error) -> Self {
        let source = Some(Box::new(error));
        Self { source, ..self }
    }

    /// Shows the failure as a page instead of the envelope.
    #[must_use]
    pub(crate) fn into_page(mut self) -> Self {
        self.page = true;
        self
    }

    /// Counts the client as one that has left.
    #[must_use]
    pub(crate) fn of_client_that_left(mut self) -> Self {
        self.has_left = true;
        self
    }

    /// The error for a failure of the framework, without the framework's own text.
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
}

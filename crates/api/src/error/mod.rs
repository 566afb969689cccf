//! Failures for clients: one envelope, one table of codes, one match from the domain's errors.

mod about;
mod body;
pub(crate) mod code;
mod from_domain;
mod provider;

pub(crate) use about::About;
pub(crate) use body::{ErrorBody, example, shortened_message};
pub(crate) use provider::passed;

pub use code::{CODES, Code};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::error::Error;

/// A failed request, before it becomes an envelope.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) code: &'static Code,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether the answer is a page for a person.
    page: bool,
    /// For the log only.
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

    /// The same request would fail again: OpenAI's SDKs, which repeat a 409 and every 5xx, read
    /// this.
    #[must_use]
    fn not_to_be_repeated(self) -> Self {
        let should_retry = HeaderName::from_static("x-should-retry");
        self.header(should_retry, HeaderValue::from_static("false"))
    }

    /// The same request can succeed soon.
    #[must_use]
    fn worth_repeating(self) -> Self {
        let should_retry = HeaderName::from_static("x-should-retry");
        self.header(should_retry, HeaderValue::from_static("true"))
    }

    /// Adds the cause of the failure, for the log.
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

    /// The answer, in the envelope or as a page.
    pub(crate) fn render(&self, about: &About) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.page {
            let page = page::failure(&page::Failure {
                status: status.as_u16(),
                message: &self.message,
                retry_after: self.retry_after(),
                request_id: about.request_id.as_deref(),
            });
            return response.content_type(ContentType::html()).body(page);
        }
        match about.is_jan {
            true => response.json(crate::jan::ErrorBody::new(
                self,
                about.request_id.as_deref(),
            )),
            false => response.json(self.body(about)),
        }
    }

    /// The seconds after which to retry, if known.
    fn retry_after(&self) -> Option<u64> {
        let mut headers = self.headers.iter();
        let (_, seconds) = headers.find(|(name, _)| name == header::RETRY_AFTER)?;
        seconds.to_str().ok()?.parse().ok()
    }

    /// The envelope itself.
    pub(crate) fn body(&self, about: &About) -> ErrorBody {
        ErrorBody::new(self, about)
    }

    /// Logs the cause, which the client does not get.
    pub(crate) fn log(&self) {
        match self.source.as_deref() {
            Some(Error::Internal(source)) => {
                tracing::error!(error = ?source, "the request failed, and it is our fault");
            }
            Some(Error::Unavailable(source)) => {
                tracing::warn!(error = ?source, "the database is away");
            }
            Some(Error::Unanswered(source)) => {
                tracing::warn!(error = ?source, "the database did not answer");
            }
            Some(Error::Contended(source)) => {
                tracing::warn!(error = ?source, "the database was too slow, or others held the same");
            }
            Some(Error::StorageFull { found: Some(found) }) => {
                tracing::warn!(error = ?found, "the database has no room");
            }
            Some(Error::RateLimited { limited, .. }) => {
                let setting = limited.setting();
                tracing::warn!(
                    setting,
                    "an address has made as many attempts as it may; where people share it, this \
                     setting allows more"
                );
            }
            Some(Error::Provider(failure)) => {
                tracing::warn!(error = ?failure, "the model provider failed");
            }
            _ => {}
        }
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
        self.render(&About::default())
    }
}

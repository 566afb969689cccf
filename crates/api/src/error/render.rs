//! Failures as answers, and in the log.

use super::openai_body::OpenAiErrorBody;
use super::{About, ApiError, ErrorBody, JanErrorBody};
use crate::face::Face;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpResponse, ResponseError};
use domain::error::Error;

impl ApiError {
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
        let body = self.body(about);
        response.content_type(ContentType::json()).body(body)
    }

    /// The seconds after which to retry, if known.
    fn retry_after(&self) -> Option<u64> {
        let mut headers = self.headers.iter();
        let (_, seconds) = headers.find(|(name, _)| name == header::RETRY_AFTER)?;
        seconds.to_str().ok()?.parse().ok()
    }

    /// The envelope of the face, as JSON.
    pub(crate) fn body(&self, about: &About) -> String {
        let request_id = about.request_id.as_deref();
        let written = match about.face {
            Face::Native => serde_json::to_string(&ErrorBody::new(self, about)),
            Face::Jan => serde_json::to_string(&JanErrorBody::new(self, request_id)),
            Face::OpenAi => serde_json::to_string(&OpenAiErrorBody::new(self, request_id)),
        };
        // Texts and numbers are always valid JSON.
        written.unwrap_or_default()
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
                tracing::warn!(error = ?source, "the database was too slow, or other work held a lock");
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

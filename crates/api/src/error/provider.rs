//! Maps a model provider's failures to errors for clients.

use super::{ApiError, code};
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use domain::error::{Conflict, Error, ProviderFailure, RefusalKind};

/// The seconds after which a provider may have been configured.
const CONFIGURED: u64 = 60;

pub(super) fn answer(failure: &ProviderFailure) -> ApiError {
    let message = failure.to_string();
    match failure {
        ProviderFailure::NotConfigured { .. } => {
            after(code::MODEL_PROVIDER_NOT_CONFIGURED, message, CONFIGURED).not_to_be_repeated()
        }
        ProviderFailure::Busy { retry_after } => {
            after(code::MODEL_PROVIDER_BUSY, message, *retry_after)
        }
        ProviderFailure::TimedOut => ApiError::new(code::MODEL_PROVIDER_TIMEOUT, message),
        ProviderFailure::RateLimited { retry_after, .. } => {
            after(code::MODEL_PROVIDER_RATE_LIMITED, message, *retry_after)
        }
        ProviderFailure::Failed { lasts: false, .. } => {
            ApiError::new(code::MODEL_PROVIDER_ERROR, message)
        }
        ProviderFailure::Refused(_) | ProviderFailure::Failed { lasts: true, .. } => {
            ApiError::new(code::MODEL_PROVIDER_ERROR, message).not_to_be_repeated()
        }
    }
}

fn after(code: &'static super::Code, message: String, seconds: u64) -> ApiError {
    ApiError::new(code, message).header(RETRY_AFTER, HeaderValue::from(seconds))
}

/// As above, for a chat or a response. The client wrote it, so only the client can correct it: the
/// provider's refusal is passed on. Its conversation is a field of the request.
pub(crate) fn passed(error: Error) -> ApiError {
    let refusal = match &error {
        Error::Provider(ProviderFailure::Refused(refusal)) => refusal,
        Error::Conflict(Conflict::ConversationLocked) => {
            return ApiError::from(error).param("conversation");
        }
        _ => return error.into(),
    };
    let code = match refusal.kind {
        RefusalKind::Invalid => code::MODEL_REQUEST_REFUSED,
        RefusalKind::NotFound => code::MODEL_NOT_FOUND,
        RefusalKind::TooLarge => code::MODEL_REQUEST_TOO_LARGE,
    };
    ApiError {
        param: refusal.param.clone(),
        ..ApiError::new(code, refusal.report.to_string())
    }
    .logged_as(error)
}

//! Requests that are refused.

use crate::error::{ApiError, Code, code};
use domain::error::{Error, Resource};
use domain::id::ResponseId;

/// The response of this id.
pub(super) fn id(raw: &str) -> Result<ResponseId, Error> {
    ResponseId::parse(raw)
}

/// A refusal of the value of a field.
pub(super) fn refused(code: &'static Code, param: &str, rule: &str) -> ApiError {
    ApiError::new(code, format!("{param} {rule}")).param(param)
}

/// The failure by this face's names: a previous response that does not exist is an error of the
/// request.
pub(super) fn named(error: Error) -> ApiError {
    match error {
        Error::NotFound {
            resource: Resource::Response,
            param: Some(param),
            ..
        } => ApiError::new(
            code::PREVIOUS_RESPONSE_NOT_FOUND,
            format!("No such response: {param} names one that does not exist, or was deleted."),
        )
        .param(param),
        error => crate::error::passed(error),
    }
}

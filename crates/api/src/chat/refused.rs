//! Messages that are refused because of their form.

use super::fields::TOO_MANY;
use crate::error::{ApiError, code};
use domain::error::Error;

pub(super) fn refused_object(at: &str, error: &serde_json::Error) -> ApiError {
    let said = error.to_string();
    match said
        .strip_prefix("duplicate field `")
        .and_then(|rest| rest.split('`').next())
    {
        Some(name) => {
            let param = format!("{at}.{name}");
            let message = format!("{param} was given twice.");
            ApiError::new(code::DUPLICATE_FIELD, message).param(param)
        }
        None if said.starts_with(TOO_MANY) => {
            Error::invalid(at, format!("{at} has {TOO_MANY}, which is the limit.")).into()
        }
        None => mistyped(at, "must be an object"),
    }
}

pub(super) fn mistyped(at: &str, must: &str) -> ApiError {
    ApiError::new(code::INVALID_TYPE, format!("{at} {must}.")).param(at)
}

pub(super) fn missing(at: &str, field: &str) -> ApiError {
    let param = format!("{at}.{field}");
    ApiError::new(code::MISSING_FIELD, format!("{param} is required.")).param(param)
}

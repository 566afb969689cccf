//! Reads the fields of an item, and explains a wrong one.

use crate::error::{ApiError, Code, code};
use domain::error::Error;
use domain::items::{JsonObject, text};

/// A field that is not null.
pub(super) fn given<'a>(object: &JsonObject<'a>, name: &str) -> Option<&'a str> {
    object.get(name).filter(|value| *value != "null")
}

/// A text that must be there.
pub(super) fn needed(at: &str, object: &JsonObject<'_>, name: &str) -> Result<String, ApiError> {
    let value = given(object, name);
    let value = value.ok_or_else(|| about(code::MISSING_FIELD, at, name, "is required."))?;
    text(value).ok_or_else(|| about(code::INVALID_TYPE, at, name, "must be a string."))
}

/// The failure with another name for its field, also where the message begins with it.
pub(super) fn renamed(error: Error, rename: impl FnOnce(&str) -> String) -> ApiError {
    let Error::Invalid(mut invalid) = error else {
        return error.into();
    };
    let old = invalid.param.unwrap_or_default();
    let new = rename(&old);
    let rule = invalid.message.strip_prefix(old.as_str());
    if let Some(rule) = rule.filter(|rule| !old.is_empty() && rule.starts_with(' ')) {
        invalid.message = format!("{new}{rule}");
    }
    invalid.param = Some(new);
    Error::Invalid(invalid).into()
}

/// A failure of one field of the item.
pub(super) fn about(code: &'static Code, at: &str, name: &str, rule: &str) -> ApiError {
    let param = format!("{at}.{name:.200}");
    ApiError::new(code, format!("{param} {rule}")).param(param)
}

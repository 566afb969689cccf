//! The provider's description of a failure, in any of the forms that providers use.

use super::{duration, too_long, words};
use crate::llm::packed::packing;
use serde_json::Value;

/// The provider's information about a failure.
#[derive(Default)]
pub(super) struct FailureDetails {
    pub(super) text: Option<String>,
    /// The field that the provider blames.
    pub(super) param: Option<String>,
    /// Seconds to wait.
    pub(super) delay: Option<f64>,
    /// Whether the context is too long for the model.
    pub(super) is_too_long: bool,
    /// Whether it is a failure of the API itself, and not of something in front of it.
    pub(super) is_of_the_api: bool,
}

impl FailureDetails {
    pub(super) fn by(value: &Value) -> Self {
        let details = Self::in_words(words::words(value));
        Self {
            param: words::param(value),
            delay: words::delay(value).or(details.delay),
            is_too_long: details.is_too_long || too_long::by_code(value),
            is_of_the_api: details.text.is_some(),
            ..details
        }
    }

    fn in_words(text: Option<String>) -> Self {
        let said = text.as_deref().unwrap_or_default();
        Self {
            delay: duration::announced(said),
            is_too_long: too_long::by_words(said),
            text,
            ..Self::default()
        }
    }

    /// Whether a 404 means that the address is wrong: it does not come from the API, or it names no
    /// missing object.
    pub(super) fn blames_the_address(&self) -> bool {
        let text = self.text.as_deref().unwrap_or_default().to_lowercase();
        let text = text.trim_end_matches('.');
        let is_bare = matches!(
            text,
            "not found"
                | "404 not found"
                | "404 page not found"
                | "file not found"
                | "resource not found"
        );
        let is_address = text.starts_with("invalid url") || text.starts_with("cannot post");
        is_bare || is_address || !self.is_of_the_api && !text.contains("model")
    }
}

/// `encoding` is the `Content-Encoding` of the body.
pub(super) fn details(body: &[u8], encoding: Option<&str>) -> FailureDetails {
    if let Some(name) = packing(body, encoding) {
        return FailureDetails {
            text: Some(format!(
                "its words are compressed ({name}), which was not asked for"
            )),
            ..FailureDetails::default()
        };
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if let Ok(body) = serde_json::from_slice::<Value>(body) {
        return FailureDetails::by(&body);
    }
    // A cut-off text can end within a character.
    let text = String::from_utf8_lossy(body);
    let text = text.trim().trim_end_matches(char::REPLACEMENT_CHARACTER);
    // Some servers write events, or lines of JSON.
    let lines = text
        .lines()
        .map(|line| line.strip_prefix("data:").unwrap_or(line));
    let mut values = lines.filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok());
    if let Some(details) = values.find_map(|value| {
        let details = FailureDetails::by(&value);
        details.text.is_some().then_some(details)
    }) {
        return details;
    }
    let text = text.strip_prefix("data:").unwrap_or(text).trim();
    // An HTML page is of no use to the client.
    match text.starts_with('<') {
        true => FailureDetails::in_words(in_xml(text)),
        false => FailureDetails::in_words(Some(text.to_owned())),
    }
}

/// The words of an error in XML, as clouds' storage and gateways write it.
fn in_xml(text: &str) -> Option<String> {
    let element = |name: &str| {
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        let (inner, _) = after.split_once(&format!("</{name}>"))?;
        let inner = inner.trim();
        (!inner.is_empty() && !inner.contains('<')).then(|| inner.to_owned())
    };
    element("Message").or_else(|| element("message"))
}

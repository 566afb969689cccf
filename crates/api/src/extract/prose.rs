use crate::error::{ApiError, Code, code};
use std::borrow::Cow;

/// How much of what a client sent is said back, in characters.
const SAID_BACK: usize = 200;

/// What serde's error means. It tells the kind of an error in prose alone, so the prose is read
/// here, and nowhere else; tests pin each sentence.
pub(super) fn explain(path: &str, message: &str) -> ApiError {
    let (path, message) = (&*shortened(path), &*shortened(without_place(message)));
    let path = if path == "." { "" } else { path };
    let named = |name: &str| match path.rsplit('.').next() {
        Some(last) if last == name => path.to_owned(),
        _ if path.is_empty() => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    let kinds: [(&str, &'static Code, &str); 3] = [
        (
            "unknown field `",
            code::UNKNOWN_FIELD,
            "is not a field here",
        ),
        ("missing field `", code::MISSING_FIELD, "is required"),
        (
            "duplicate field `",
            code::DUPLICATE_FIELD,
            "was given twice",
        ),
    ];
    for (beginning, kind, says) in kinds {
        if let Some(name) = quoted(message, beginning) {
            let param = named(name);
            return ApiError::new(kind, format!("{param} {says}.")).param(param);
        }
    }
    let values = ["unknown variant", "invalid value", "more than "];
    let kind = match values.iter().any(|words| message.starts_with(words)) {
        true => code::INVALID_VALUE,
        false => code::INVALID_TYPE,
    };
    let place = if path.is_empty() { "the request" } else { path };
    // What Rust says of text in a query that is no number.
    let sentence = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            format!("{place} must be a whole number.")
        }
        _ if message.starts_with("more than ") => {
            format!("{place} has {message}, the most there may be.")
        }
        _ => format!("{place}: {message}."),
    };
    let error = ApiError::new(kind, sentence);
    if path.is_empty() {
        error
    } else {
        error.param(path)
    }
}

fn quoted<'a>(message: &'a str, beginning: &str) -> Option<&'a str> {
    // A name may itself contain a backtick; what follows the name never does before a quote ends.
    let rest = message.strip_prefix(beginning)?;
    let end = rest
        .find("`, expected")
        .or_else(|| rest.rfind('`'))
        // The name was too long to be said back whole.
        .unwrap_or(rest.len());
    rest.get(..end)
}

/// Without the line and column, which say nothing about a body that a program wrote.
fn without_place(message: &str) -> &str {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(said, _)| said)
}

/// An error can quote all that was sent, a megabyte of it.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SAID_BACK) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

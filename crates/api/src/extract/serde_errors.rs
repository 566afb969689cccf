use super::nearest::nearest;
use crate::error::{ApiError, Code, code};
use std::borrow::Cow;

/// How much of the client's input is quoted, in characters.
const SAID_BACK: usize = 200;

/// Names that newcomers guess, as other APIs have them: the name, a field by which the body is
/// recognised, and the advice.
const GUESSES: [(&str, &str, &str); 10] = [
    ("messages", "items", " Did you mean `items`?"),
    ("text", "content", " Did you mean `content`?"),
    ("message", "content", " Did you mean `content`?"),
    ("name", "title", " Did you mean `title`?"),
    (
        "nickname",
        "use_profile",
        " Did you mean `profile.nickname`?",
    ),
    (
        "occupation",
        "use_profile",
        " Did you mean `profile.occupation`?",
    ),
    ("about", "use_profile", " Did you mean `profile.about`?"),
    (
        "instructions",
        "use_profile",
        " Did you mean `profile.instructions`?",
    ),
    ("style", "use_profile", " Did you mean `profile.style`?"),
    ("stream", "max_tokens", " This address always streams."),
];

/// Which part of a request is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestPart {
    Body,
    Query,
}

/// The meaning of serde's error. Serde gives the kind of an error only in its text, so the text is
/// parsed here, and only here; tests pin each sentence.
pub(super) fn explain(part: RequestPart, path: &str, message: &str) -> ApiError {
    let message = without_place(message);
    let path = match path {
        "." => Cow::Borrowed(""),
        path => shortened(path),
    };
    if let Some(error) = of_a_name(part, &path, message) {
        return error;
    }
    let (kind, rule) = of_a_value(&path, message);
    let place = match (path.is_empty(), part) {
        (false, _) => &*path,
        (true, RequestPart::Body) => "The body",
        (true, RequestPart::Query) => "The query",
    };
    let error = ApiError::new(kind, format!("{place} {rule}."));
    match path.is_empty() {
        true => error,
        false => error.param(path),
    }
}

/// The error for a query parameter that does not exist, with advice.
pub(super) fn unknown_parameter(name: &str, advice: &str) -> ApiError {
    let name = shortened(name);
    let sentence = format!("{name} is not a query parameter here. {advice}");
    ApiError::new(code::UNKNOWN_FIELD, sentence).param(name)
}

/// Serde's message, with names that it does not know of.
pub(super) fn with(mut message: String, names: &[&str]) -> String {
    if message.starts_with("unknown field `") {
        for name in names {
            message.push_str(&format!(", `{name}`"));
        }
    }
    message
}

/// A field that does not exist, is missing, or was given twice.
fn of_a_name(part: RequestPart, path: &str, message: &str) -> Option<ApiError> {
    let named = |name: &str| {
        let name = shortened(name);
        let before = path.strip_suffix(&*name);
        match before {
            // The name may have dots.
            Some(before) if before.is_empty() || before.ends_with('.') => path.to_owned(),
            _ if path.is_empty() => name.into_owned(),
            _ => format!("{path}.{name}"),
        }
    };
    if let Some(name) = quoted(message, "missing field `") {
        let param = named(name);
        let sentence = format!("{param} is required.");
        return Some(ApiError::new(code::MISSING_FIELD, sentence).param(param));
    }
    if let Some(name) = quoted(message, "duplicate field `") {
        let param = named(name);
        let sentence = format!("{param} was given twice.");
        return Some(ApiError::new(code::DUPLICATE_FIELD, sentence).param(param));
    }
    let name = quoted(message, "unknown field `")?;
    let param = named(name);
    let sentence = unknown(part, &param, name, &alternatives(message));
    Some(ApiError::new(code::UNKNOWN_FIELD, sentence).param(param))
}

fn unknown(part: RequestPart, param: &str, name: &str, known: &[&str]) -> String {
    let kind = match part {
        RequestPart::Body => "a field",
        RequestPart::Query => "a query parameter",
    };
    let mut sentence = format!("{param} is not {kind} here.");
    let guess = GUESSES
        .iter()
        .find(|(guess, by, _)| part == RequestPart::Body && *guess == name && known.contains(by));
    if let Some((_, _, right)) = guess {
        sentence.push_str(right);
    } else if let Some(near) = nearest(&shortened(name), known) {
        sentence.push_str(&format!(" Did you mean `{near}`?"));
    } else if matches!(name, "page" | "offset" | "cursor") && known.contains(&"after") {
        sentence.push_str(" Pages are asked for by `limit` and `after`.");
    }
    let all = match (part, known.is_empty()) {
        (RequestPart::Body, true) => " It takes no fields.".to_owned(),
        (RequestPart::Query, true) => " It takes no query parameters.".to_owned(),
        (RequestPart::Body, false) => format!(" The fields are {}.", listed(known)),
        (RequestPart::Query, false) => format!(" The query parameters are {}.", listed(known)),
    };
    sentence.push_str(&all);
    sentence
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The code for a wrong value, and the sentence after the name of its field.
fn of_a_value(path: &str, message: &str) -> (&'static Code, String) {
    if let Some(sent) = quoted(message, "unknown variant `") {
        let words = listed(&alternatives(message));
        let rule = format!("must be one of {words}, not `{}`", shortened(sent));
        return (code::INVALID_VALUE, rule);
    }
    if message.starts_with("more than ") {
        let rule = format!("has {message}, which is the limit");
        return (code::INVALID_VALUE, rule);
    }
    for (beginning, kind) in [
        ("invalid type: ", code::INVALID_TYPE),
        ("invalid value: ", code::INVALID_VALUE),
    ] {
        let rest = message.strip_prefix(beginning);
        if let Some((sent, wanted)) = rest.and_then(|rest| rest.rsplit_once(", expected ")) {
            let rule = format!("must be {}, not {}", meant(path, wanted), found(sent));
            return (kind, rule);
        }
    }
    let rule = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "must be a whole number".to_owned()
        }
        "number too large to fit in target type" => "is too large a number".to_owned(),
        "number too small to fit in target type" => "is too small a number".to_owned(),
        _ => match message.strip_prefix("expected ") {
            Some(wanted) => format!("must be {}", meant(path, wanted)),
            None => format!("cannot be read: {}", shortened(message)),
        },
    };
    (code::INVALID_TYPE, rule)
}

/// The type that serde expects, in the words of JSON.
fn meant<'a>(path: &str, wanted: &'a str) -> &'a str {
    if path.ends_with("expires_in") {
        return "a whole number of seconds, 60 to 31536000";
    }
    match wanted {
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" | "true or false" => "true or false",
        "a JSON number" | "f64" | "f32" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => {
            "a whole number"
        }
        _ if wanted.starts_with("struct ") => "an object",
        _ => wanted,
    }
}

/// The type that was sent, in the words of JSON.
fn found(sent: &str) -> Cow<'_, str> {
    match sent {
        "sequence" => "a list".into(),
        "map" => "an object".into(),
        "unit value" | "Option value" | "null" => "null".into(),
        _ => match (sent.strip_prefix("string "), sent.split_once('`')) {
            (Some(text), _) => format!("the string {}", shortened(text)).into(),
            (None, Some(("boolean ", value))) => value.trim_end_matches('`').to_owned().into(),
            (None, Some((_, value))) => {
                format!("the number {}", shortened(value.trim_end_matches('`'))).into()
            }
            (None, None) => shortened(sent),
        },
    }
}

/// The name in backticks after `beginning`. The name itself may contain a backtick, so the last
/// match of serde's text after it counts.
fn quoted<'a>(message: &'a str, beginning: &str) -> Option<&'a str> {
    let rest = message.strip_prefix(beginning)?;
    let end = rest
        .rfind("`, expected ")
        .or_else(|| rest.rfind("`, there are no "))
        .or_else(|| rest.rfind('`'))?;
    rest.get(..end)
}

/// The names that serde knows instead.
fn alternatives(message: &str) -> Vec<&str> {
    let known = message.rsplit_once("`, expected ").map(|(_, known)| known);
    known
        .unwrap_or_default()
        .split('`')
        .skip(1)
        .step_by(2)
        .collect()
}

/// The message without line and column, which do not help with a body that a program wrote.
fn without_place(message: &str) -> &str {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(said, _)| said)
}

/// Shortens a quotation: an error can quote the whole value, up to a megabyte.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SAID_BACK) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

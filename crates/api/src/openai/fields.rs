//! The fields of a message other than its role and its content, such as `phase`. They are kept as
//! one more part, of a special type.

use domain::items::{JsonObject, quoted};

/// The type of the part that keeps the other fields of a message.
const KIND: &str = "message.fields";

/// Fields that a message stores elsewhere.
const ELSEWHERE: [&str; 4] = ["id", "type", "role", "content"];

/// The other fields of a message as a part; `None` if it has no other field with a value.
pub(super) fn of_message(message: &JsonObject<'_>) -> Option<String> {
    let says = |(name, value): &(&str, &str)| match *name {
        name if ELSEWHERE.contains(&name) => false,
        "status" => !["null", "\"completed\""].contains(value),
        "phase" => *value != "null",
        _ => true,
    };
    let more: Vec<_> = message.fields().filter(says).collect();
    let kind = quoted(KIND);
    let written = || written(std::iter::once(("type", kind.as_str())).chain(more.iter().copied()));
    (!more.is_empty()).then(written)
}

/// The part of a message without other fields.
pub(super) fn no_more() -> String {
    format!(r#"{{"type":"{KIND}"}}"#)
}

/// Whether a part is that of the other fields.
pub(super) fn are(part: &JsonObject<'_>) -> bool {
    part.text("type").as_deref() == Some(KIND)
}

/// The other fields that a part keeps.
pub(super) fn in_part<'a, 'b>(
    part: &'b JsonObject<'a>,
) -> impl Iterator<Item = (&'b str, &'a str)> {
    part.fields().filter(|(name, _)| !ELSEWHERE.contains(name))
}

/// An object with these fields.
pub(super) fn written<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut json = String::from("{");
    for (index, (name, value)) in fields.enumerate() {
        if index > 0 {
            json.push(',');
        }
        json.push_str(&quoted(name));
        json.push(':');
        json.push_str(value);
    }
    json.push('}');
    json
}

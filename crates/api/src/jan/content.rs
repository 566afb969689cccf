//! The content of messages: a text, or a list of parts.

use crate::chat::Fields;
use crate::error::{ApiError, code};
use crate::items::parts::json_of;
use domain::items::{
    Content, Item, ItemType, JsonObject, Part, Role, elements, quoted, text as string,
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A part of the content. A part of text has its text under one of several names; others are kept as
/// they are.
#[derive(ToSchema)]
#[schema(as = JanNewPart)]
pub(super) struct PartBody {
    /// `input_text`, `output_text`, `text`, or any other.
    #[schema(example = "input_text")]
    #[expect(dead_code, reason = "for the document")]
    r#type: Option<String>,
    /// The text, or an object with it.
    #[schema(value_type = Option<String>, example = "Hello")]
    #[expect(dead_code, reason = "for the document")]
    text: Option<String>,
    #[schema(example = "Hello")]
    #[expect(dead_code, reason = "for the document")]
    input_text: Option<String>,
    #[schema(value_type = Option<String>)]
    #[expect(dead_code, reason = "for the document")]
    output_text: Option<String>,
}

/// The content of a message. `at` names it in an error.
pub(super) fn read(at: &str, role: Role, content: &str) -> Result<Content, ApiError> {
    let at = &format!("{at}.content");
    let named = |error: domain::error::Error| ApiError::from(error).param(at);
    if let Some(text) = string(content) {
        return Content::parse(text).map_err(named);
    }
    let Some(parts) = elements(content) else {
        let message = format!("{at} must be a text or a list of parts.");
        return Err(ApiError::new(code::INVALID_TYPE, message).param(at));
    };
    let mut texts = Vec::new();
    let mut written = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        let read = read_part(&format!("{at}[{index}]"), role, part)?;
        texts.extend(read.1);
        written.push(read.0);
    }
    if texts.len() == written.len() {
        return Content::parse(texts.join("\n")).map_err(named);
    }
    let parts = format!("[{}]", written.join(","));
    Content::parse_item(ItemType::MESSAGE, Some(&parts), None).map_err(named)
}

/// The part as it is kept, and its text where it is one.
fn read_part(at: &str, role: Role, part: &str) -> Result<(String, Option<String>), ApiError> {
    let Some(object) = JsonObject::parse(part) else {
        let message = format!("{at} must be an object.");
        return Err(ApiError::new(code::INVALID_TYPE, message).param(at));
    };
    let kind = object.text("type").unwrap_or_else(|| "text".to_owned());
    if !matches!(kind.as_str(), "text" | "input_text" | "output_text") {
        return Ok((part.to_owned(), None));
    }
    let within = |json: &str| string(json).or_else(|| JsonObject::parse(json)?.text("text"));
    let names = ["input_text", "text", "output_text"];
    let text = names.iter().find_map(|name| within(object.get(name)?));
    let Some(text) = text else {
        let message = format!("{at} is a text part without a text.");
        return Err(ApiError::new(code::MISSING_FIELD, message).param(format!("{at}.text")));
    };
    let quoted = quoted(&text);
    let written = match role {
        Role::Assistant => format!(r#"{{"type":"output_text","text":{quoted},"annotations":[]}}"#),
        _ => format!(r#"{{"type":"input_text","text":{quoted}}}"#),
    };
    Ok((written, Some(text)))
}

/// The refusal of something that this face does not have.
pub(super) fn unsupported(message: impl Into<String>, param: impl Into<String>) -> ApiError {
    ApiError::new(code::UNSUPPORTED, message).param(param)
}

/// A part of a message, in the form that Jan's web client reads.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = JanPart)]
pub(super) enum TextPart {
    InputText { input_text: String },
    Text { text: ShownText },
    ReasoningText { reasoning_text: String },
}

/// A part of text, or another as it was sent.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ShownPart {
    Text(TextPart),
    Other(Box<RawValue>),
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanText)]
pub(super) struct ShownText {
    text: String,
    annotations: Vec<String>,
}

impl ShownPart {
    pub(super) fn of_reply(text: String) -> Self {
        let annotations = Vec::new();
        Self::Text(TextPart::Text {
            text: ShownText { text, annotations },
        })
    }

    pub(super) fn of_question(text: String) -> Self {
        Self::Text(TextPart::InputText { input_text: text })
    }

    fn of(role: Role, text: String) -> Self {
        match role {
            Role::Assistant => Self::of_reply(text),
            _ => Self::of_question(text),
        }
    }
}

/// The parts of a stored message; none for items of other types, which have their own fields.
pub(super) fn parts(item: &Item) -> Vec<ShownPart> {
    let thoughts = item.reasoning.clone();
    let thoughts =
        thoughts.map(|reasoning_text| ShownPart::Text(TextPart::ReasoningText { reasoning_text }));
    let said = match item.content.parts() {
        None => vec![ShownPart::of(item.role, item.content.as_str().to_owned())],
        Some(parts) if !parts.kind().is_message() => Vec::new(),
        Some(parts) => {
            let parts = elements(parts.as_json()).unwrap_or_default().into_iter();
            let parts = parts.filter_map(|part| match Part::of(&JsonObject::parse(part)?) {
                Part::Text(text) => Some(ShownPart::of(item.role, text)),
                Part::Picture(_) | Part::File(_) | Part::Other => {
                    json_of(part).map(ShownPart::Other)
                }
            });
            parts.collect()
        }
    };
    thoughts.into_iter().chain(said).collect()
}

/// The fields of an item of another type, as one object.
pub(super) fn own(fields: &Fields) -> String {
    let own = fields.iter().filter(|(name, _)| !NAMED.contains(name));
    let own: Vec<_> = own
        .map(|(name, value)| format!("{}:{value}", quoted(name)))
        .collect();
    format!("{{{}}}", own.join(","))
}

/// Fields of items that have their own place.
pub(super) const NAMED: [&str; 8] = [
    "id",
    "object",
    "type",
    "role",
    "content",
    "created_at",
    "branch",
    "sequence_number",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> String {
        read("items[0]", Role::User, json).unwrap().into_string()
    }

    #[test]
    fn texts_of_all_forms_are_joined() {
        for (json, text) in [
            (r#""a""#, "a"),
            (r#"[{"type":"input_text","input_text":"a"}]"#, "a"),
            (
                r#"[{"type":"input_text","text":"a"},{"type":"text","text":{"text":"b"}}]"#,
                "a\nb",
            ),
            (
                r#"[{"type":"output_text","output_text":{"text":"a","annotations":[]}}]"#,
                "a",
            ),
            (
                r#"[{"text":"a"},{"type":"image_url","image_url":{"url":"x"}}]"#,
                "a",
            ),
        ] {
            assert_eq!(said(json), text, "{json}");
        }
    }

    #[test]
    fn content_that_cannot_be_stored_is_named_by_its_place() {
        for (json, code, param) in [
            (
                r#"[{"type":"text"}]"#,
                "missing_field",
                "items[0].content[0].text",
            ),
            ("[]", "invalid_value", "items[0].content"),
            ("[1]", "invalid_type", "items[0].content[0]"),
            ("1", "invalid_type", "items[0].content"),
        ] {
            let error = read("items[0]", Role::User, json).unwrap_err();
            assert_eq!(error.code.name, code, "{json}");
            assert_eq!(error.param.as_deref(), Some(param), "{json}");
        }
    }
}

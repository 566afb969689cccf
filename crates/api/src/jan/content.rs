//! The content of messages: a list of parts. Parts of text are kept, others are refused by name.

use crate::error::{ApiError, code};
use domain::items::{Item, Role};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as Readable, Serialize};
use utoipa::ToSchema;

/// The most parts of a message.
const MOST: usize = 100;

/// The content of a message that a client sends: a text, or parts.
pub(super) enum ContentBody {
    Text(String),
    Parts(Vec<PartBody>),
}

/// A part of the content. A part of text has its text under one of several names.
#[derive(Default, Readable, ToSchema)]
#[schema(as = JanNewPart)]
pub(super) struct PartBody {
    /// `input_text`, `output_text` or `text`; other types cannot be kept.
    #[schema(example = "input_text")]
    r#type: Option<String>,
    /// The text, or an object with it.
    #[schema(value_type = Option<String>, example = "Hello")]
    text: Option<TextBody>,
    #[schema(example = "Hello")]
    input_text: Option<String>,
    #[schema(value_type = Option<String>)]
    output_text: Option<TextBody>,
}

/// A text, or an object with it: `{"text": "…"}`.
struct TextBody(String);

#[derive(Readable)]
struct TextObject {
    text: String,
}

impl ContentBody {
    /// The text of all parts, joined by line feeds. `at` names the content in an error.
    pub(super) fn into_text(self, at: &str) -> Result<String, ApiError> {
        let parts = match self {
            Self::Text(text) => return Ok(text),
            Self::Parts(parts) => parts,
        };
        if parts.len() > MOST {
            let message = format!("{at} must have at most {MOST} parts.");
            return Err(ApiError::new(code::INVALID_VALUE, message).param(at));
        }
        let parts = parts.into_iter().enumerate();
        let texts = parts.map(|(index, part)| part.into_text(&format!("{at}[{index}]")));
        Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n"))
    }
}

impl PartBody {
    fn into_text(self, at: &str) -> Result<String, ApiError> {
        let kind = self.r#type.as_deref().unwrap_or("text");
        if !matches!(kind, "text" | "input_text" | "output_text") {
            let param = format!("{at}.type");
            let message = format!("{param} is {kind:.80}, which cannot be kept: only text can.");
            return Err(unsupported(message, param));
        }
        let text = self.input_text;
        let text = text.or(self.text.or(self.output_text).map(|TextBody(text)| text));
        text.ok_or_else(|| {
            let message = format!("{at} is a part of text without one.");
            ApiError::new(code::MISSING_FIELD, message).param(format!("{at}.text"))
        })
    }
}

/// The refusal of something that this face does not have.
pub(super) fn unsupported(message: impl Into<String>, param: impl Into<String>) -> ApiError {
    ApiError::new(code::UNSUPPORTED, message).param(param)
}

impl<'de> Deserialize<'de> for ContentBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = ContentBody;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or a list of parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<ContentBody, E> {
        Ok(ContentBody::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<ContentBody, E> {
        Ok(ContentBody::Text(text))
    }

    /// Keeps one part more than there may be, so that the number is refused.
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<ContentBody, A::Error> {
        let mut kept = Vec::new();
        while kept.len() <= MOST {
            match parts.next_element()? {
                Some(crate::extract::Object(part)) => kept.push(part),
                None => return Ok(ContentBody::Parts(kept)),
            }
        }
        while parts.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ContentBody::Parts(kept))
    }
}

impl<'de> Deserialize<'de> for TextBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = TextBody;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or an object with a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<TextBody, E> {
        Ok(TextBody(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<TextBody, E> {
        Ok(TextBody(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextBody, A::Error> {
        let object = TextObject::deserialize(MapAccessDeserializer::new(map))?;
        Ok(TextBody(object.text))
    }
}

/// A part of a message, in the form that Jan's web client reads.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = JanPart)]
pub(super) enum ShownPart {
    InputText { input_text: String },
    Text { text: ShownText },
    ReasoningText { reasoning_text: String },
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanText)]
pub(super) struct ShownText {
    text: String,
    /// Always empty: only text is kept.
    annotations: Vec<String>,
}

impl ShownPart {
    pub(super) fn of_reply(text: String) -> Self {
        let annotations = Vec::new();
        Self::Text {
            text: ShownText { text, annotations },
        }
    }
}

/// The parts of a stored message.
pub(super) fn parts(item: Item) -> Vec<ShownPart> {
    let text = item.content.into_string();
    if item.role != Role::Assistant {
        return vec![ShownPart::InputText { input_text: text }];
    }
    let thoughts = item.reasoning;
    let thoughts = thoughts.map(|reasoning_text| ShownPart::ReasoningText { reasoning_text });
    thoughts
        .into_iter()
        .chain([ShownPart::of_reply(text)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> ContentBody {
        serde_json::from_str(json).unwrap()
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
            ("[]", ""),
        ] {
            assert_eq!(read(json).into_text("content").unwrap(), text, "{json}");
        }
    }

    #[test]
    fn content_that_cannot_be_stored_is_named_by_its_place() {
        for (json, code, param) in [
            (
                r#"[{"text":"a"},{"type":"image_url"}]"#,
                "unsupported",
                "content[1].type",
            ),
            (r#"[{"type":"text"}]"#, "missing_field", "content[0].text"),
        ] {
            let error = read(json).into_text("content").unwrap_err();
            assert_eq!(error.code.name, code, "{json}");
            assert_eq!(error.param.as_deref(), Some(param), "{json}");
        }
    }

    #[test]
    fn no_more_parts_are_kept_than_are_needed_to_refuse_them() {
        let parts = format!("[{}]", vec!["{}"; 1_000].join(","));
        let ContentBody::Parts(parts) = read(&parts) else {
            panic!("these are parts");
        };
        assert_eq!(parts.len(), MOST + 1);
        assert!(ContentBody::Parts(parts).into_text("content").is_err());
    }
}

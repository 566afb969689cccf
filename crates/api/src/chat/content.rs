//! The content of a message, read as text.

use super::Fields;
use super::elements::each_element;
use super::fields::says_nothing;
use super::refused::{mistyped, refused_object};
use crate::error::ApiError;
use domain::chat::Unkept;
use domain::error::Error;

/// The text of a content, and the first part of it that cannot be stored.
#[derive(Default)]
pub(super) struct ContentText {
    pub(super) text: String,
    pub(super) unkept: Option<Unkept>,
}

/// The text of a content: the string, or the texts of its parts, joined by line breaks.
pub(super) fn text_of(at: &str, content: &str, is_reply: bool) -> Result<ContentText, ApiError> {
    if let Ok(text) = serde_json::from_str::<String>(content) {
        return Ok(ContentText { text, unkept: None });
    }
    let mut found = ContentText::default();
    let mut is_first = true;
    let each = each_element(content, |index, part| {
        let at = format!("{at}[{index}]");
        let fields = Fields::parse(part).map_err(|error| refused_object(&at, &error))?;
        let kind = fields.get("type").and_then(string).unwrap_or_default();
        let text = match kind.as_str() {
            "text" => fields.get("text").and_then(string),
            "output_text" if is_reply => fields.get("text").and_then(string),
            "refusal" if is_reply => refusal(&fields),
            _ => None,
        };
        let is_plain = kind == "text"
            && fields
                .iter()
                .all(|(name, value)| matches!(name, "type" | "text") || says_nothing(value));
        if !is_plain {
            found.unkept.get_or_insert_with(|| no_text(&at));
        }
        match text {
            Some(text) => {
                if !std::mem::take(&mut is_first) {
                    found.text.push('\n');
                }
                found.text.push_str(&text);
            }
            None if is_reply && is_thought(&kind) => {}
            None => return Err(Error::unkept(at.clone(), no_text(&at).why).into()),
        }
        Ok(())
    });
    match each {
        Ok(()) => Ok(found),
        Err(refused) => {
            Err(refused
                .unwrap_or_else(|| mistyped(at, "must be a string or an array of text parts")))
        }
    }
}

fn string(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

/// A model's refusal in place of a reply; it is stored as the reply.
pub(super) fn refusal(fields: &Fields) -> Option<String> {
    fields.get("refusal").and_then(string)
}

/// A part of a reply that does not belong to its text.
fn is_thought(kind: &str) -> bool {
    [
        "thinking",
        "reasoning",
        "redacted_thinking",
        "reference",
        "citation",
    ]
    .iter()
    .any(|known| kind.starts_with(known))
}

fn no_text(at: &str) -> Unkept {
    Unkept {
        param: at.to_owned(),
        why: format!(
            "{at} must have the form {{\"type\": \"text\", \"text\": \"…\"}}, since only text can \
             be kept in a conversation."
        ),
    }
}

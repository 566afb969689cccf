//! The content of a message, read as text or as parts.

use super::Fields;
use super::elements::each_element;
use super::fields::says_nothing;
use super::refused::{mistyped, refused_object};
use crate::error::ApiError;
use domain::error::Error;
use domain::items::{Content, ItemType, quoted};

/// A content as it is kept: a text, or parts in the form of OpenAI's newer API.
#[derive(Default)]
pub(super) struct KeptContent {
    pub(super) text: String,
    parts: Vec<String>,
    /// Whether it has more than texts.
    is_more: bool,
}

impl KeptContent {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.is_more
    }

    /// Adds a model's refusal, which is kept as such.
    pub(super) fn refuse(&mut self, refusal: &str) {
        self.parts.push(format!(
            r#"{{"type":"refusal","refusal":{}}}"#,
            quoted(refusal)
        ));
        self.is_more = true;
    }

    fn add(&mut self, part: String, text: Option<&str>) {
        if let Some(text) = text {
            if !self.parts.is_empty() && !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(text);
        }
        self.parts.push(part);
    }

    /// `at` names the content in an error.
    pub(super) fn kept(self, at: &str) -> Result<Content, ApiError> {
        if !self.is_more {
            return Ok(Content::parse(self.text).map_err(|error| error.within(at))?);
        }
        let parts = format!("[{}]", self.parts.join(","));
        let content = Content::parse_item(ItemType::MESSAGE, Some(&parts), None);
        let at = format!("{at}.content");
        Ok(content.map_err(|error| Error::invalid(at, error.to_string()))?)
    }
}

/// Reads a content: a string, or parts. Parts of text are joined by line breaks; parts of other
/// kinds are kept as well.
pub(super) fn said(at: &str, content: &str, is_reply: bool) -> Result<KeptContent, ApiError> {
    if let Some(text) = string(content) {
        let part = text_part(&text, is_reply);
        let mut said = KeptContent::default();
        said.add(part, Some(&text));
        return Ok(said);
    }
    let mut said = KeptContent::default();
    let each = each_element(content, |index, part| {
        let at = format!("{at}[{index}]");
        let fields = Fields::parse(part).map_err(|error| refused_object(&at, &error))?;
        read_part(&mut said, &at, part, &fields, is_reply)
    });
    match each {
        Ok(()) => Ok(said),
        Err(refused) => {
            Err(refused.unwrap_or_else(|| mistyped(at, "must be a string or an array of parts")))
        }
    }
}

fn read_part(
    said: &mut KeptContent,
    at: &str,
    part: &str,
    fields: &Fields,
    is_reply: bool,
) -> Result<(), ApiError> {
    let kind = fields.get("type").and_then(string).unwrap_or_default();
    let text = || fields.get("text").and_then(string);
    let only = |names: &[&str]| {
        let mut all = fields.iter();
        all.all(|(name, value)| name == "type" || names.contains(&name) || says_nothing(value))
    };
    match (kind.as_str(), is_reply) {
        ("text", _) | ("output_text", true) => {
            let text = text().ok_or_else(|| mistyped(&format!("{at}.text"), "must be a text"))?;
            let is_plain = only(&["text"]);
            said.is_more |= !is_plain;
            let part = match is_plain {
                true => text_part(&text, is_reply),
                false => part.to_owned(),
            };
            said.add(part, Some(&text));
        }
        ("refusal", true) => {
            said.is_more = true;
            let refusal = fields.get("refusal").and_then(string);
            let refusal =
                refusal.ok_or_else(|| mistyped(&format!("{at}.refusal"), "must be a text"))?;
            said.add(part.to_owned(), Some(&refusal));
        }
        (kind, true) if is_thought(kind) => {}
        ("", _) => return Err(mistyped(&format!("{at}.type"), "must be a text")),
        (kind, _) => {
            said.is_more = true;
            said.add(newer(kind, fields).unwrap_or_else(|| part.to_owned()), None);
        }
    }
    Ok(())
}

/// A picture or a file in the form of OpenAI's newer API. `None` where it has other fields, which
/// that form does not have.
fn newer(kind: &str, fields: &Fields) -> Option<String> {
    let object = Fields::parse(fields.get(kind)?).ok()?;
    let mut outer = fields.iter();
    if !outer.all(|(name, _)| name == "type" || name == kind) {
        return None;
    }
    let (kind, known): (_, &[(&str, &str)]) = match kind {
        "image_url" => ("input_image", &[("url", "image_url"), ("detail", "detail")]),
        "file" => (
            "input_file",
            &[
                ("file_data", "file_data"),
                ("file_id", "file_id"),
                ("filename", "filename"),
            ],
        ),
        _ => return None,
    };
    let mut part = format!(r#"{{"type":"{kind}""#);
    for (name, value) in object.iter() {
        let (_, newer) = known.iter().find(|(older, _)| *older == name)?;
        part.push_str(&format!(r#","{newer}":{value}"#));
    }
    part.push('}');
    Some(part)
}

fn text_part(text: &str, is_reply: bool) -> String {
    let text = quoted(text);
    match is_reply {
        true => format!(r#"{{"type":"output_text","text":{text},"annotations":[]}}"#),
        false => format!(r#"{{"type":"input_text","text":{text}}}"#),
    }
}

pub(super) fn string(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
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

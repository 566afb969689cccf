//! One part of a message.

use super::object::{JsonObject, quoted};

/// One part of a message, by the fields that the service uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A text, or a refusal, which a person reads.
    Text(String),
    Picture(Option<MediaAddress>),
    File(Option<MediaAddress>),
    /// Anything else; it is kept.
    Other,
}

/// Where a picture or a file is, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaAddress {
    /// `http:` or `https:`.
    pub url: String,
    pub name: Option<String>,
}

impl Part {
    pub fn of(part: &JsonObject<'_>) -> Self {
        match part.text("type").as_deref() {
            Some("input_text" | "output_text" | "text") => {
                part.text("text").map_or(Self::Other, Self::Text)
            }
            Some("refusal") => part.text("refusal").map_or(Self::Other, Self::Text),
            Some("input_image" | "image_url" | "image" | "computer_screenshot") => {
                let object = part.get("image_url").and_then(JsonObject::parse);
                let within = object.and_then(|object| object.text("url"));
                Self::Picture(address(part.text("image_url").or(within), None))
            }
            Some("input_file" | "file") => {
                Self::File(address(part.text("file_url"), part.text("filename")))
            }
            _ => Self::Other,
        }
    }

    /// The field with the text, in parts of this type that must have one.
    pub(super) fn text_field(part: &str) -> Option<&'static str> {
        match part {
            "input_text" | "output_text" | "text" => Some("text"),
            "refusal" => Some("refusal"),
            _ => None,
        }
    }
}

fn address(url: Option<String>, name: Option<String>) -> Option<MediaAddress> {
    let url = url?;
    let is_link = ["http://", "https://"].iter().any(|scheme| {
        let start = url.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    is_link.then_some(MediaAddress { url, name })
}

/// A text as a part.
pub(super) fn of_text(kind: &str, text: &str) -> String {
    let text = quoted(text);
    match kind {
        "output_text" => format!(r#"{{"type":"output_text","text":{text},"annotations":[]}}"#),
        _ => format!(r#"{{"type":{},"text":{text}}}"#, quoted(kind)),
    }
}

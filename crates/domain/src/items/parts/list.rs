use super::check::{self, MAX_BYTES};
use super::compact::compact;
use super::kind::ItemType;
use super::object::{JsonObject, elements};
use super::part::{self, Part};
use crate::error::Result;
use crate::items::role::Role;

/// The type of an item and its parts: at most 1,000, and at most 4 MiB of JSON. Those of a message
/// are OpenAI's content parts; an item of another type has one object with its own fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    kind: ItemType,
    /// A list, without blanks.
    json: String,
}

impl Parts {
    /// Checks a list of parts: their number and size, their texts, and the fields that the service
    /// uses. Others are kept as they are.
    pub fn parse(kind: ItemType, json: &str) -> Result<Self> {
        let json = compact(json, MAX_BYTES).ok_or_else(check::too_large)?;
        check::check(&kind, &json)?;
        Ok(Self { kind, json })
    }

    /// Parts that were stored.
    #[must_use]
    pub fn stored(kind: Option<String>, json: String) -> Self {
        let kind = kind.map_or(ItemType::MESSAGE, ItemType::stored);
        Self { kind, json }
    }

    pub fn kind(&self) -> &ItemType {
        &self.kind
    }

    /// The list as JSON.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    pub fn into_json(self) -> String {
        self.json
    }

    /// Each part.
    pub fn each(&self) -> Vec<JsonObject<'_>> {
        let parts = elements(&self.json).unwrap_or_default();
        parts.into_iter().filter_map(JsonObject::parse).collect()
    }

    /// The object of an item that is not a message.
    pub fn object(&self) -> Option<JsonObject<'_>> {
        JsonObject::parse(elements(&self.json)?.first()?)
    }

    /// The text that a person would read: the texts of a message, joined by line feeds. Empty where
    /// it has none, and for other types.
    pub fn plain(&self) -> String {
        self.joined(|part| match part {
            Part::Text(text) => Some(text),
            Part::Picture(_) | Part::File(_) | Part::Other => None,
        })
    }

    /// The text, with the addresses of pictures as Markdown links. `None`: there is no picture with
    /// an address.
    pub fn shown(&self) -> Option<String> {
        let is_picture = |part: &JsonObject<'_>| matches!(Part::of(part), Part::Picture(Some(_)));
        if !self.kind.is_message() || !self.each().iter().any(is_picture) {
            return None;
        }
        Some(self.joined(|part| match part {
            Part::Text(text) => Some(text),
            Part::Picture(address) => Some(link(&address?.url)),
            Part::File(_) | Part::Other => None,
        }))
    }

    fn joined(&self, say: impl Fn(Part) -> Option<String>) -> String {
        if !self.kind.is_message() {
            return String::new();
        }
        let parts = self.each();
        let texts: Vec<_> = parts.iter().map(Part::of).filter_map(say).collect();
        texts.join("\n")
    }

    /// The parts with one text in place of all their texts; pictures, files and other parts stay.
    /// The text takes the place and the type of the first one; without one it comes first.
    pub(crate) fn with_text(&self, role: Role, text: &str) -> Result<Self> {
        let mut next = Vec::new();
        let mut is_said = false;
        for part in elements(&self.json).unwrap_or_default() {
            let object = JsonObject::parse(part).unwrap_or_default();
            match Part::of(&object) {
                Part::Text(_) if is_said => {}
                Part::Text(_) => {
                    is_said = true;
                    let kind = object.text("type").filter(|kind| kind != "refusal");
                    let kind = kind.as_deref().unwrap_or("output_text");
                    next.push(part::of_text(kind, text));
                }
                _ => next.push(part.to_owned()),
            }
        }
        if !is_said {
            let kind = match role {
                Role::Assistant => "output_text",
                _ => "input_text",
            };
            next.insert(0, part::of_text(kind, text));
        }
        Self::parse(self.kind.clone(), &format!("[{}]", next.join(",")))
    }
}

/// A picture as a link in Markdown.
fn link(url: &str) -> String {
    let is_apart = |c: char| c.is_whitespace() || "<>()".contains(c);
    let url: String = url
        .chars()
        .map(|c| match is_apart(c) {
            true => format!("%{:02X}", u32::from(c)),
            false => c.to_string(),
        })
        .collect();
    format!("[picture]({url})")
}

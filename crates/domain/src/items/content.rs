use super::parts::{ItemType, Parts};
use super::role::Role;
use crate::error::{Error, Result};
use crate::text;

/// The content of an item: the text of a message, 1 to 1,000,000 characters, stored exactly as
/// sent. Or parts, of a message or of an item of another type; then the text is their readable
/// text, and may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    text: Box<str>,
    parts: Option<Box<Parts>>,
}

impl Content {
    pub const MAX_CHARACTERS: usize = 1_000_000;
    /// Stored in place of an empty text: earlier versions of the service take no empty one.
    const NO_TEXT: &str = " ";

    /// A message that is a text alone.
    pub fn parse(raw: String) -> Result<Self> {
        text::check("content", &raw, 1..=Self::MAX_CHARACTERS)?;
        Ok(Self {
            text: raw.into(),
            parts: None,
        })
    }

    /// An item of this type. A text that comes with parts must be the one that they have.
    pub fn parse_item(kind: ItemType, parts: Option<&str>, said: Option<String>) -> Result<Self> {
        let Some(parts) = parts else {
            return match said {
                Some(said) if kind.is_message() => Self::parse(said),
                None if kind.is_message() => Err(Error::missing("content")),
                _ => Err(Error::missing("parts")),
            };
        };
        let content = Self::from(Parts::parse(kind, parts)?);
        // The texts are joined by line feeds, which count.
        text::check("content", &content.text, 0..=Self::MAX_CHARACTERS)?;
        if said.is_some_and(|said| *said != *content.text) {
            let message = "content must be the text of parts (its texts joined by a line feed; \
                           empty where there is none), or absent.";
            return Err(Error::invalid("content", message));
        }
        Ok(content)
    }

    /// A stored text, and its type and parts where it has them.
    pub fn stored(text: String, parts: Option<Parts>) -> Result<Self> {
        match parts {
            None => Self::parse(text),
            Some(parts) if text == Self::NO_TEXT => Ok(Self::from(parts)),
            Some(parts) => Ok(Self {
                text: text.into(),
                parts: Some(Box::new(parts)),
            }),
        }
    }

    /// This content with another text: a message keeps its pictures, files and other parts that
    /// are not text.
    pub fn with_text(&self, role: Role, text: &Self) -> Result<Self> {
        match self.parts() {
            Some(parts) => Ok(Self::from(parts.with_text(role, text.as_str())?)),
            None => Ok(text.clone()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn into_string(self) -> String {
        self.text.into_string()
    }

    pub fn into_parts(self) -> (String, Option<Parts>) {
        (self.text.into_string(), self.parts.map(|parts| *parts))
    }

    /// The text as it is stored: never empty.
    pub fn stored_text(&self) -> &str {
        match self.text.is_empty() {
            true => Self::NO_TEXT,
            false => &self.text,
        }
    }

    /// The type of the item.
    pub fn kind(&self) -> &ItemType {
        self.parts().map_or(&ItemType::MESSAGE, Parts::kind)
    }

    /// `None`: a message that is a text alone.
    pub fn parts(&self) -> Option<&Parts> {
        self.parts.as_deref()
    }

    /// The list of parts as JSON.
    pub fn parts_json(&self) -> Option<&str> {
        self.parts().map(Parts::as_json)
    }

    /// The size of the text and the parts in bytes.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.parts_json().map_or(0, str::len)
    }
}

impl From<Parts> for Content {
    fn from(parts: Parts) -> Self {
        Self {
            text: parts.plain().into(),
            parts: Some(Box::new(parts)),
        }
    }
}

use super::content::Content;
use super::role::Role;
use crate::error::Result;
use crate::id::{ItemId, OwnerId};
use crate::state::Tag;
use crate::text;
use chrono::{DateTime, Utc};

/// A client's own name for a message, unique within its conversation: 1 to 256 characters. With it,
/// a client can safely send a message again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallId(String);

impl CallId {
    pub fn parse(raw: String) -> Result<Self> {
        text::check("call_id", &raw, 1..=256)?;
        Ok(Self(raw))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A model's thoughts that a client sends: 1 to 1,000,000 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasoning(String);

impl Reasoning {
    pub fn parse(raw: String) -> Result<Self> {
        text::check("reasoning", &raw, 1..=Content::MAX_CHARACTERS)?;
        Ok(Self(raw))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The owner of the conversation, or a model on the owner's behalf.
    Owner,
    /// A signed-in visitor of a writable share link.
    Link { user_id: OwnerId },
}

/// A message as it is now.
#[derive(Clone, Debug)]
pub struct Item {
    /// Carries the sequence number.
    pub id: ItemId,
    pub role: Role,
    pub content: Content,
    pub call_id: Option<CallId>,
    /// The model's thoughts before the current version.
    pub reasoning: Option<String>,
    /// The model that wrote the current version, where a model did.
    pub model: Option<String>,
    /// 1 for a new message; each edit, regeneration and restoration adds one.
    pub version: u32,
    pub author: Author,
    pub created_at: DateTime<Utc>,
    /// When the current version was made.
    pub updated_at: DateTime<Utc>,
}

impl Item {
    pub fn tag(&self) -> Tag {
        Tag::number(self.version)
    }

    /// The size of its text, parts and thoughts in bytes.
    pub fn bytes(&self) -> usize {
        let reasoning = self.reasoning.as_ref().map_or(0, String::len);
        self.content.bytes() + reasoning
    }
}

/// A message a client sends.
#[derive(Clone, Debug)]
pub struct NewItem {
    pub role: Role,
    pub content: Content,
    pub call_id: Option<CallId>,
    /// A model's thoughts before it, where the client has them.
    pub reasoning: Option<Reasoning>,
}

impl NewItem {
    /// The size of its text, parts and thoughts in bytes.
    pub fn bytes(&self) -> usize {
        let reasoning = self
            .reasoning
            .as_ref()
            .map_or(0, |thoughts| thoughts.as_str().len());
        self.content.bytes() + reasoning
    }

    /// The first version of this message, as accepted at `now`.
    pub fn accepted(self, id: ItemId, author: Author, now: DateTime<Utc>) -> Item {
        Item {
            id,
            role: self.role,
            content: self.content,
            call_id: self.call_id,
            reasoning: self.reasoning.map(Reasoning::into_string),
            model: None,
            version: 1,
            author,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A text an item has or had.
#[derive(Clone, Debug)]
pub struct Version {
    /// 1, 2, 3, … without gaps.
    pub number: u32,
    pub content: Content,
    /// The model's thoughts before this version.
    pub reasoning: Option<String>,
    /// The model that wrote the version, where a model did.
    pub model: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Whether this is the item's current version.
    pub current: bool,
}

impl Version {
    /// The size of its text, parts and thoughts in bytes.
    pub fn bytes(&self) -> usize {
        let reasoning = self.reasoning.as_ref().map_or(0, String::len);
        self.content.bytes() + reasoning
    }
}

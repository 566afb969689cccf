use super::{Flags, Title, TitleSource};
use crate::error::{Error, Result};
use crate::id::{ConversationId, OwnerId, ProjectId};
use crate::text;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A conversation without its items.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub id: ConversationId,
    /// `None`: the conversation has no given title, and no user message yet.
    pub title: Option<Title>,
    pub project_id: Option<ProjectId>,
    pub metadata: Metadata,
    /// How many items the conversation holds now; deleted ones do not count.
    pub item_count: u32,
    pub flags: Flags,
    pub created_at: DateTime<Utc>,
    /// When an item was last added, edited, regenerated, restored or deleted. Changing the title,
    /// the project, the metadata or the flags does not change it.
    pub updated_at: DateTime<Utc>,
}

/// A conversation about to be stored.
#[derive(Clone, Debug)]
pub struct NewConversation {
    pub id: ConversationId,
    pub owner_id: OwnerId,
    pub title: Option<(Title, TitleSource)>,
    pub project_id: Option<ProjectId>,
    pub metadata: Metadata,
    pub flags: Flags,
    pub created_at: DateTime<Utc>,
}

/// The client's own notes on a conversation: at most 16 pairs, keys of 1 to 64 characters, values
/// of up to 512. Stored and returned, never interpreted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    pub const MAX_PAIRS: usize = 16;

    pub fn parse(pairs: BTreeMap<String, String>) -> Result<Self> {
        if pairs.len() > Self::MAX_PAIRS {
            return Err(Error::invalid(
                "metadata",
                "metadata must have at most 16 pairs.",
            ));
        }
        for (key, value) in &pairs {
            text::check("metadata", key, 1..=64).map_err(|_| {
                Error::invalid(
                    "metadata",
                    "Each key of metadata must have 1 to 64 characters, none of them NUL (U+0000).",
                )
            })?;
            text::check(&format!("metadata.{key}"), value, 0..=512)?;
        }
        Ok(Self(pairs))
    }

    /// The bytes of all keys and values.
    pub fn bytes(&self) -> usize {
        let each = self.0.iter();
        each.map(|(key, value)| key.len() + value.len()).sum()
    }

    pub fn pairs(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    pub fn into_pairs(self) -> BTreeMap<String, String> {
        self.0
    }
}

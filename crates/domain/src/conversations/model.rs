use super::{Change, FlagChanges, Flags, Tags};
use crate::error::{Error, Result};
use crate::id::{ConversationId, OwnerId, ProjectId, Sequence};
use crate::items::title_from_first;
use crate::items::{Item, NewItem};
use crate::state::{Fingerprint, Tag};
use crate::text;
use crate::title::{Title, TitleSource};
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
    pub tags: Tags,
    pub created_at: DateTime<Utc>,
    /// When an item was last added, edited, regenerated, restored or deleted. Changing the title,
    /// the project, the metadata, the flags or the tags does not change it.
    pub updated_at: DateTime<Utc>,
    /// The number of the last item that was added, even if it was deleted.
    pub last_sequence: Sequence,
    /// How often the texts of its items were changed.
    pub revisions: u32,
}

impl Conversation {
    /// Its state, with that of its items. A change of the conversation compares only the part
    /// before the dot: title, project, metadata, flags and tags.
    pub fn tag(&self) -> Tag {
        let organised = Fingerprint::default()
            .text(self.title.as_ref().map(Title::as_str))
            .number(self.project_id.map_or(0, |id| id.ulid().0 as u64))
            .number(self.project_id.map_or(0, |id| (id.ulid().0 >> 64) as u64))
            .number((u64::from(self.flags.archived) << 1) | u64::from(self.flags.pinned));
        let pairs = self.metadata.0.iter();
        let organised = pairs.fold(organised, |print, (key, value)| {
            print.text(Some(key)).text(Some(value))
        });
        // Their number separates them from the pairs.
        let tags = self.tags.names();
        let organised = match tags {
            [] => organised,
            tags => organised.number(tags.len() as u64),
        };
        let organised = tags
            .iter()
            .fold(organised, |print, tag| print.text(Some(tag)));
        // Numbers are not reused, so these two tell which items there are.
        let items = Fingerprint::default()
            .number(self.last_sequence.0.into())
            .number(self.item_count.into())
            .number(self.revisions.into())
            .time(self.updated_at);
        Tag::of(organised).and(items)
    }

    /// The bytes of its texts.
    pub fn text_bytes(&self) -> usize {
        bytes(self.title.as_ref()) + self.metadata.bytes() + self.tags.bytes()
    }
}

/// A client's request for a conversation.
#[derive(Clone, Debug, Default)]
pub struct CreateConversation {
    pub title: Option<Title>,
    pub project_id: Option<ProjectId>,
    pub metadata: Metadata,
    pub flags: Flags,
    pub tags: Tags,
    /// The first messages, at most [`super::ConversationService::MAX_FIRST_ITEMS`].
    pub items: Vec<NewItem>,
}

impl CreateConversation {
    /// A request for a conversation with these first messages.
    pub fn with_items(items: Vec<NewItem>) -> Self {
        Self {
            items,
            ..Self::default()
        }
    }

    /// The conversation with its first messages.
    pub(super) fn accepted(
        self,
        id: ConversationId,
        items: &[Item],
        now: DateTime<Utc>,
    ) -> (Conversation, Option<TitleSource>) {
        let derived = || title_from_first(items.iter().map(|item| (item.role, &item.content)));
        let (title, source) = match self.title {
            Some(title) => (Some(title), Some(TitleSource::Person)),
            None => derived()
                .map(|title| (title, TitleSource::FirstMessage))
                .unzip(),
        };
        let conversation = Conversation {
            id,
            title,
            project_id: self.project_id,
            metadata: self.metadata,
            // At most `ConversationService::MAX_FIRST_ITEMS`.
            item_count: items.len() as u32,
            flags: self.flags,
            tags: self.tags,
            created_at: now,
            updated_at: now,
            last_sequence: items.last().map_or(Sequence(0), |last| last.id.sequence()),
            revisions: 0,
        };
        (conversation, source)
    }
}

/// A conversation about to be stored.
#[derive(Clone, Debug)]
pub struct NewConversation {
    pub owner_id: OwnerId,
    pub conversation: Conversation,
    /// The author of the title. `None`: the conversation is untitled.
    pub title_source: Option<TitleSource>,
}

/// A person's changes to a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationChanges {
    /// `Set(None)` removes the title.
    pub title: Change<Option<Title>>,
    pub project_id: Change<Option<ProjectId>>,
    pub metadata: Change<Metadata>,
    pub flags: FlagChanges,
    pub tags: Change<Tags>,
}

impl ConversationChanges {
    /// Whether no field changes.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the changes add text to the conversation.
    pub(super) fn add_text(&self, to: &Conversation) -> bool {
        let title = self
            .title
            .or(bytes(to.title.as_ref()), |title| bytes(title.as_ref()));
        let metadata = self.metadata.or(to.metadata.bytes(), Metadata::bytes);
        let tags = self.tags.or(to.tags.bytes(), Tags::bytes);
        title + metadata + tags > to.text_bytes()
    }
}

fn bytes(title: Option<&Title>) -> usize {
    title.map_or(0, |title| title.as_str().len())
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
                    "Each key of metadata must have 1 to 64 characters, without NUL (U+0000).",
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

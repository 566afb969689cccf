use super::{Author, CallId, Content, Item, NewItem, Version};
use crate::conversations::Title;
use crate::error::Result;
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::page::{Limit, Order, Page};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use ulid::Ulid;

/// Where items are kept. Every method is one atomic unit of work, sees only what belongs to the
/// given owner, and nothing of a conversation that was deleted.
#[async_trait::async_trait]
pub trait ItemStore: Send + Sync {
    /// Gives the item the next sequence number of its conversation and stores it; counts it, and
    /// names an untitled conversation.
    async fn append(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        pending: Arc<PendingItem>,
    ) -> Result<Appended>;

    /// `None` when there is no such conversation, `Some(None)` when it has no such item.
    async fn find(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Result<Option<Option<Item>>>;

    /// `None` when there is no such conversation, `Some(None)` when it has no such item.
    async fn find_by_call_id(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_id: &CallId,
    ) -> Result<Option<Option<Item>>>;

    /// `None` when there is no such conversation. A page is bounded in bytes by
    /// [`crate::page::PAGE_BYTES`].
    async fn list(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: &ItemList,
    ) -> Result<Option<Page<Item>>>;

    /// The items after `after` up to `last`, in order, as many as fit a batch and at least one if
    /// there is one. `None` when there is no such conversation any more.
    async fn batch(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: Sequence,
        last: Sequence,
    ) -> Result<Option<Vec<Item>>>;

    /// Makes another text the item's current one, as a new version; the one it replaces is kept.
    /// Moves the conversation's `updated_at`. Revisions of one conversation happen one after the
    /// other.
    async fn revise(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        revision: &Revision,
        now: DateTime<Utc>,
    ) -> Result<Revised>;

    /// The item's versions, oldest first by default. A page is bounded in bytes by
    /// [`crate::page::PAGE_BYTES`].
    async fn versions(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        list: &VersionList,
    ) -> Result<Page<Version>>;

    /// Deletes the item with its versions, and nothing else.
    async fn delete(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        now: DateTime<Utc>,
    ) -> Result<Deleted>;

    /// The next part of everything a conversation holds, as much as fits a batch and at least one
    /// entry if there is one. `None` when there is no such conversation any more.
    async fn export(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: ExportPlace,
        last: Sequence,
    ) -> Result<Option<Vec<ExportEntry>>>;
}

/// Where an item's next text comes from.
#[derive(Clone, Debug)]
pub enum Revision {
    /// A person wrote it. The text the item has already makes no version.
    Edit(Content),
    /// The text of an earlier version. The version that is current already makes no new one.
    Restore(u32),
}

/// What became of a revision.
#[derive(Clone, Debug)]
pub enum Revised {
    /// The item as it is now.
    Done(Item),
    NoConversation,
    NoItem,
    /// There is no such version to restore.
    NoVersion,
}

/// What became of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    Done,
    NoConversation,
    NoItem,
}

/// Which page of an item's versions; `after` is the last number of the page before.
#[derive(Clone, Copy, Debug)]
pub struct VersionList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<u32>,
}

/// How far an export has come: behind this item, and behind this one of its earlier versions (0:
/// behind the item itself).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportPlace {
    pub sequence: Sequence,
    pub version: u32,
}

/// A part of an export: each item, then its earlier versions.
#[derive(Clone, Debug)]
pub enum ExportEntry {
    Item(Item),
    Earlier {
        sequence: Sequence,
        version: Version,
    },
}

/// An item that has everything but its place.
#[derive(Clone, Debug)]
pub struct PendingItem {
    /// Time and randomness of the id-to-be; see [`ItemId::at`].
    pub seed: Ulid,
    pub item: NewItem,
    pub author: Author,
    /// The title the conversation gets if it has none.
    pub title: Option<Title>,
    pub now: DateTime<Utc>,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    At(Sequence),
    NoConversation,
    /// The conversation holds all it may.
    Full,
    /// The conversation has an item of this call id; nothing was changed.
    CallIdTaken,
}

/// Which page of a conversation's items.
#[derive(Clone, Debug)]
pub struct ItemList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<Sequence>,
}

use super::{Batch, CallId, Content, Item, ItemType, PendingItem, Present, Version};
use crate::error::{Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::page::{Limit, Order, Page};
use crate::state::Expected;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Where items are kept. Every method is one atomic unit of work, and sees only the objects of the
/// given owner, without deleted conversations.
#[async_trait::async_trait]
pub trait ItemStore: Send + Sync {
    /// Stores the item under the next sequence number of its conversation, counts it, and names an
    /// untitled conversation.
    async fn append(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        pending: Arc<PendingItem>,
    ) -> Result<Appended>;

    /// Stores the pending items of the batch at the end of their conversation, in order, all or
    /// none. Returns the number of the first one.
    async fn append_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        batch: &Batch,
    ) -> Result<Appended>;

    async fn find(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Result<ItemLookup>;

    /// The last number that was given in the conversation, also if its item was deleted. `None` when
    /// the conversation does not exist.
    async fn last(&self, owner: OwnerId, conversation: ConversationId) -> Result<Option<Sequence>>;

    /// The item with this id, in any conversation.
    async fn find_anywhere(&self, owner: OwnerId, id: ItemId) -> Result<Option<Item>>;

    async fn find_by_call_id(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_id: &CallId,
    ) -> Result<ItemLookup>;

    /// The items with these call ids, in no order. `None` when the conversation does not exist.
    async fn find_by_call_ids(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_ids: &[&CallId],
    ) -> Result<Option<Present>>;

    /// The items with these ids, in no order. `None` when the conversation does not exist.
    async fn find_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ids: &[ItemId],
    ) -> Result<Option<Present>>;

    /// `None` when the conversation does not exist. A page is bounded in bytes by
    /// [`crate::page::PAGE_BYTES`].
    async fn list(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: &ItemList,
    ) -> Result<Option<Page<Item>>>;

    /// The items after `after` up to `last`, in order: as many as fit into a batch, and at least
    /// one where one exists. `None` when the conversation does not exist any more.
    async fn batch(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: Sequence,
        last: Sequence,
    ) -> Result<Option<Vec<Item>>>;

    /// Makes another text the item's current one, as a new version, and keeps the replaced text.
    /// Sets the conversation's `updated_at`. Revisions of one conversation happen one after the
    /// other.
    async fn revise(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        revision: &Revision,
        expected: &Expected,
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

    /// Deletes the item with its versions only.
    async fn delete(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Deleted>;

    /// The next part of an export: as much as fits into a batch, and at least one entry where one
    /// exists. `None` when the conversation does not exist any more.
    async fn export(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: ExportCursor,
        last: Sequence,
    ) -> Result<Option<Vec<ExportEntry>>>;
}

/// The result of looking for an item, or for what belongs to it, in a conversation.
#[derive(Clone, Debug)]
pub enum ItemLookup<T = Item> {
    NoConversation,
    NoItem,
    Found(T),
}

impl<T> ItemLookup<T> {
    /// `None`: the conversation has no such item. An error if there is no conversation.
    pub fn in_conversation(self) -> Result<Option<T>> {
        match self {
            Self::NoConversation => Err(Resource::Conversation.absent()),
            Self::NoItem => Ok(None),
            Self::Found(found) => Ok(Some(found)),
        }
    }

    /// An error if there is no such item.
    pub fn existing(self) -> Result<T> {
        self.in_conversation()?
            .ok_or_else(|| Resource::Item.absent())
    }
}

/// The source of an item's next text.
#[derive(Clone, Debug)]
pub enum Revision {
    /// A person's new content of a message: a text replaces only the texts, and parts replace
    /// everything. The current content makes no new version.
    Edit(Content),
    /// A person's new content of an item of any type.
    Replace(Content),
    /// The text of an earlier version. Restoring the current version makes no new version.
    Restore(u32),
}

/// The result of a revision.
#[derive(Clone, Debug)]
pub enum Revised {
    /// The revised item.
    Done(Item),
    NoConversation,
    NoItem,
    /// The version to restore does not exist.
    NoVersion,
    /// Only messages can be edited.
    NotAMessage(ItemType),
    /// The item is not in the expected state, and was not changed.
    Stale,
}

/// The result of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    Done,
    NoConversation,
    NoItem,
    /// The item is not in the expected state, and was not changed.
    Stale,
}

/// The requested page of an item's versions; `after` is the last number of the page before.
#[derive(Clone, Copy, Debug)]
pub struct VersionList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<u32>,
}

/// Where an export continues: after this item, and after this earlier version of it (0: after the
/// item itself).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportCursor {
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

/// The result of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    At(Sequence),
    NoConversation,
    /// The conversation holds the most items that it may.
    Full,
    /// The conversation has another item with this call id. No item was added.
    CallIdTaken,
}

/// The requested page of a conversation's items.
#[derive(Clone, Debug)]
pub struct ItemList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<Sequence>,
}

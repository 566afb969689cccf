use super::{Author, CallId, Item, NewItem};
use crate::conversations::Title;
use crate::error::Result;
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::page::{Limit, Order, Page};
use chrono::{DateTime, Utc};
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
        pending: &PendingItem,
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

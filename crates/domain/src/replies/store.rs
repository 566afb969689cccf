use crate::error::Result;
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::items::{Content, Item, ItemLookup, Role};
use crate::projects::Instruction;
use crate::turns::Leaving;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// The store of replies. Every method is one atomic unit of work, and sees only the objects of the
/// given owner, without deleted conversations.
#[async_trait::async_trait]
pub trait ReplyStore: Send + Sync {
    /// The item, and the facts on which a reply to it, or a new version of it, depends.
    async fn prompt_context(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: ItemId,
    ) -> Result<ItemLookup<PromptContext>>;

    /// The items before `before`, newest first: as many as fit into `bytes` of text together, and
    /// the first one that does not fit; at most [`BATCH`]. Empty when no item precedes, or the
    /// conversation does not exist.
    async fn preceding(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        before: Sequence,
        bytes: usize,
    ) -> Result<Vec<Item>>;

    /// The last user item before `before`, if one exists.
    async fn question(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        before: Sequence,
    ) -> Result<Option<Item>>;

    /// Stores a reply at its target, or changes nothing; its turn leaves the queue in either case.
    /// Sets the conversation's `updated_at`.
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        target: ReplyTarget,
        reply: &Reply,
        leaving: Leaving,
    ) -> Result<StoredReply>;
}

/// The most items that one call of [`ReplyStore::preceding`] returns.
pub const BATCH: usize = 100;

/// An item, and the facts that a reply to it depends on.
#[derive(Clone, Debug)]
pub struct PromptContext {
    pub role: Role,
    /// Whether it is a message, and not a call of a tool or the like.
    pub is_message: bool,
    /// The next item.
    pub next: Option<Neighbour>,
    /// The instruction of the conversation's project.
    pub instruction: Option<Instruction>,
    /// Whether the conversation holds the most items that it may.
    pub is_full: bool,
}

/// The item right after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub id: ItemId,
    pub role: Role,
    pub is_message: bool,
}

/// Where a reply is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyTarget {
    /// The reply becomes this item's next version.
    Instead(ItemId),
    /// The reply becomes a new item right after this one, which must still be the last. Where a
    /// model has replied to it in the meantime, it becomes that reply's next version.
    After(ItemId),
}

/// A reply that is complete.
#[derive(Clone, Debug)]
pub struct Reply {
    pub content: Content,
    /// The model's thoughts.
    pub reasoning: Option<String>,
    /// The model that wrote the reply.
    pub model: Option<String>,
    /// Time and randomness for a new item's id; see [`ItemId::at`].
    pub seed: Ulid,
    pub now: DateTime<Utc>,
}

/// The result of storing a reply.
#[derive(Clone, Debug)]
pub enum StoredReply {
    Done(Generated),
    NoConversation,
    NoItem,
    /// Another message has taken the reply's place.
    Taken,
    /// The conversation holds the most items that it may.
    Full,
    /// The turn is no longer in the queue.
    Overtaken,
}

/// A stored reply.
#[derive(Clone, Debug)]
pub struct Generated {
    pub item: Item,
    /// Whether the reply is a new item, and not a new version of an earlier one.
    pub is_new: bool,
}

/// A complete, stored reply.
#[derive(Clone, Debug)]
pub struct Finished {
    pub generated: Generated,
    /// The finish reason, in the provider's word: `length`, for instance, where the reply was cut.
    /// `None` where the provider gives none. Visible ASCII.
    pub finish_reason: Option<String>,
}

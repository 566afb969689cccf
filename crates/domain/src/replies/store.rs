use crate::error::Result;
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::items::{Content, Item, Role};
use crate::projects::Instruction;
use crate::turns::Leaving;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// What replies need of conversations. Every method is one atomic unit of work, sees only what
/// belongs to the given owner, and nothing of a conversation that was deleted.
#[async_trait::async_trait]
pub trait ReplyStore: Send + Sync {
    /// `None` when there is no such conversation, `Some(None)` when it has no such item.
    async fn surroundings(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: ItemId,
    ) -> Result<Option<Option<Surroundings>>>;

    /// The items before `before`, newest first: those that together have no more than `bytes` of
    /// text, and the one that would not fit any more; [`BATCH`] at the most. Empty when there
    /// are none, or no such conversation.
    async fn preceding(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        before: Sequence,
        bytes: usize,
    ) -> Result<Vec<Item>>;

    /// The last item before `before` that a user has said, if there is one.
    async fn question(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        before: Sequence,
    ) -> Result<Option<Item>>;

    /// Puts a reply in its place, or leaves everything as it is; its turn leaves the queue in either
    /// case. Moves the conversation's `updated_at`.
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        place: Place,
        reply: &Reply,
        leaving: Leaving,
    ) -> Result<Stored>;
}

/// The most items that [`ReplyStore::preceding`] gives at once.
pub const BATCH: usize = 100;

/// An item, and what a reply to it depends on.
#[derive(Clone, Debug)]
pub struct Surroundings {
    pub role: Role,
    /// The item right after it.
    pub next: Option<Neighbour>,
    /// That of the conversation's project.
    pub instruction: Option<Instruction>,
    /// Whether the conversation holds as many items as it may.
    pub is_full: bool,
}

/// The item right after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    pub id: ItemId,
    pub role: Role,
}

/// Where a reply goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It becomes this item's next version.
    Instead(ItemId),
    /// It becomes the item right after this one, which must still be the last. Where a model has
    /// replied to it in the meantime, it becomes that reply's next version.
    After(ItemId),
}

/// A reply that is complete.
#[derive(Clone, Debug)]
pub struct Reply {
    pub content: Content,
    /// What the model thought.
    pub reasoning: Option<String>,
    /// The model that has written it.
    pub model: Option<String>,
    /// Time and randomness of the id that it may get; see [`ItemId::at`].
    pub seed: Ulid,
    pub now: DateTime<Utc>,
}

/// What became of a reply.
#[derive(Clone, Debug)]
pub enum Stored {
    Done(Generated),
    NoConversation,
    NoItem,
    /// Something else was said where it belongs.
    Taken,
    /// The conversation holds all it may.
    Full,
    /// Its turn was not there any more.
    Overtaken,
}

/// A reply in its place.
#[derive(Clone, Debug)]
pub struct Generated {
    pub item: Item,
    /// Whether the item was made for it, and is not an earlier one's next version.
    pub is_new: bool,
}

/// A reply that was written to its end and stored.
#[derive(Clone, Debug)]
pub struct Finished {
    pub generated: Generated,
    /// Why it ends where it ends, in the provider's word: `length`, for instance, where it was cut.
    /// `None` where the provider does not say. Visible ASCII.
    pub finish_reason: Option<String>,
}

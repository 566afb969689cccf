use crate::id::{ConversationId, ItemId, OwnerId};
use ulid::Ulid;

/// A turn that waits, or is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueuedTurn {
    pub owner: OwnerId,
    pub conversation: ConversationId,
    /// The place in the queue of the conversation.
    pub place: u32,
    /// Distinguishes the turn from a later one with the same place.
    pub token: Ulid,
}

/// A turn that has queued up.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    pub turn: QueuedTurn,
    /// Whether the turn can begin at once.
    pub is_first: bool,
}

/// How a cancelled turn ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnEnding {
    /// The question and the reply so far are kept.
    Kept,
    Dropped,
}

/// Why a turn must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Ended(TurnEnding),
    /// The turn's lease ran out, and others have been answered before it.
    Overtaken,
}

/// A turn that leaves the queue, in the transaction that stores its result. If the turn is no
/// longer in the queue, the result is not stored.
#[derive(Clone, Copy, Debug)]
pub struct Leaving {
    pub turn: QueuedTurn,
    /// Whether the turn was cancelled: the kept reply is returned to the requests that cancelled
    /// it.
    pub is_cancelled: bool,
}

/// How a turn has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The turn ended before it could be cancelled.
    ByItself,
    /// The turn was cancelled; the reply that was kept.
    Ended(Option<ItemId>),
}

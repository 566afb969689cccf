use crate::id::{ConversationId, ItemId, OwnerId};
use ulid::Ulid;

/// A turn that waits, or is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueuedTurn {
    pub owner: OwnerId,
    pub conversation: ConversationId,
    /// Among those of the conversation.
    pub place: u32,
    /// Tells it from another that has its place after it has left.
    pub token: Ulid,
}

/// A turn that has queued up.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    pub turn: QueuedTurn,
    /// Whether it is its turn at once.
    pub is_first: bool,
}

/// How a turn ends that is not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The question and what was written by then are kept.
    Kept,
    Dropped,
}

/// Why a turn is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Ended(Ending),
    /// Its lease ran out, and others have been answered before it.
    Overtaken,
}

/// That a turn leaves the queue, in the transaction that stores what it has come to. One that is not
/// there any more stores nothing.
#[derive(Clone, Copy, Debug)]
pub struct Leaving {
    pub turn: QueuedTurn,
    /// Whether it was ended: what was kept of it is told to those who have ended it.
    pub is_cancelled: bool,
}

/// How a turn is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It came to its end before it was ended.
    ByItself,
    /// It was ended; the reply that was kept of it.
    Ended(Option<ItemId>),
}

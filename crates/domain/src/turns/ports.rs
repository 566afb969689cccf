use super::{Entered, Over, QueuedTurn, TurnEnding};
use crate::error::Result;
use crate::id::{ConversationId, OwnerId};
use ulid::Ulid;

/// The queue of turns. Every method is one atomic unit of work. A turn is leased to its instance
/// for half a minute, by the store's clock; [`TurnQueue::tend`] renews the lease.
#[async_trait::async_trait]
pub trait TurnQueue: Send + Sync {
    /// Adds a turn at the end of the conversation's queue. `None` when the conversation does not
    /// exist; a conflict when very many turns wait already.
    async fn enter(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        token: Ulid,
    ) -> Result<Option<Entered>>;

    /// Whether all turns before this one have left; turns whose leases have run out are removed
    /// first. `None`: this turn was removed itself.
    async fn is_first(&self, turn: QueuedTurn) -> Result<Option<bool>>;

    /// Removes these turns without a result; returns how many were in the queue. Ignores
    /// the places of the turns. A turn that was cancelled and has ended stays as it is.
    async fn leave(&self, turns: &[QueuedTurn]) -> Result<usize>;

    /// Marks a cancelled turn as ended without a reply. `false`: it is no longer in the queue.
    async fn ended(&self, turn: QueuedTurn) -> Result<bool>;

    /// The tokens of these turns that are still in the queue, each with the requested ending, if
    /// one was requested. Renews their leases if `renews` is true.
    async fn tend(
        &self,
        turns: &[QueuedTurn],
        renews: bool,
    ) -> Result<Vec<(Ulid, Option<TurnEnding>)>>;

    /// Asks for the end of the turn that is being answered; the first request decides the ending.
    async fn end(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ending: TurnEnding,
    ) -> Result<AskedToEnd>;

    /// The result of a turn that was asked to end. `None`: it has not ended yet.
    async fn outcome(&self, turn: QueuedTurn) -> Result<Option<Over>>;

    /// Deletes the results of cancelled turns, which are kept for a minute, and the turns of
    /// instances that died. Returns how many.
    async fn forget_expired(&self, most: u64) -> Result<usize>;
}

/// The result of asking for the end of the turn that is being answered.
#[derive(Clone, Copy, Debug)]
pub enum AskedToEnd {
    NoConversation,
    /// No turn is being answered.
    NoTurn,
    /// The turn, and the ending that the first request asked for.
    Turn(QueuedTurn, TurnEnding),
}

use super::{Ending, Entered, Over, QueuedTurn};
use crate::error::Result;
use crate::id::{ConversationId, OwnerId};
use ulid::Ulid;

/// Where turns wait. Every method is one atomic unit of work. A turn is left to its instance for half a
/// minute, by the store's clock, unless that is renewed.
#[async_trait::async_trait]
pub trait TurnQueue: Send + Sync {
    /// Queues up behind all that are there. `None` when there is no such conversation; a conflict where very
    /// many wait already.
    async fn enter(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        token: Ulid,
    ) -> Result<Option<Entered>>;

    /// Whether all before it have left; those whose leases have run out are taken away for that.
    /// `None`: it was taken away itself.
    async fn is_first(&self, turn: QueuedTurn) -> Result<Option<bool>>;

    /// These leave, and nothing is stored of them; says how many were there. The place of a turn does
    /// not matter. One that was ended stays as it is.
    async fn leave(&self, turns: &[QueuedTurn]) -> Result<usize>;

    /// It was ended, and no reply is kept of it. `false`: it is not there any more.
    async fn ended(&self, turn: QueuedTurn) -> Result<bool>;

    /// Those that are there, by their tokens, and how they are to be ended, if they are; keeps them for
    /// longer, if that is asked.
    async fn tend(&self, turns: &[QueuedTurn], renews: bool)
    -> Result<Vec<(Ulid, Option<Ending>)>>;

    /// Asks for the end of the turn that is being answered: who asks first says how. `Some(None)` when
    /// there is none, `None` when there is no such conversation.
    async fn end(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ending: Ending,
    ) -> Result<Option<Option<(QueuedTurn, Ending)>>>;

    /// What has become of a turn that was to be ended. `None`: nothing yet.
    async fn outcome(&self, turn: QueuedTurn) -> Result<Option<Over>>;

    /// The reply of a turn that was ended stays known for a minute; forgets that, and what instances
    /// that died have left. Says how many.
    async fn forget_expired(&self, most: u64) -> Result<usize>;
}

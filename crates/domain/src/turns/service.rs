use super::local::LocalTurns;
use super::turn::overtaken;
use super::{AskedToEnd, Called, Over, Persistence, Turn, TurnEnding, TurnQueue};
use crate::admission::{BodyMemory, Budget, Caller, Permit};
use crate::clock::{Ids, Timer};
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, OwnerId};
use crate::mutex::locked;
use crate::tasks::Tasks;
use futures_util::future::{Either, select};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use ulid::Ulid;

/// The use cases of turns.
pub struct TurnService {
    held: Arc<LocalTurns>,
    ids: Arc<dyn Ids>,
    /// The memory of bodies, of which each turn takes a little.
    memory: Budget,
    /// How long a turn waits for earlier turns.
    patience: Duration,
}

/// The bytes that a waiting turn needs in addition to its request.
const OVERHEAD: u64 = 32 * 1024;

/// The pause before a waiting turn looks again: the first, and the longest.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LAST_LOOK: Duration = Duration::from_millis(500);

/// How long an instance may take to end a turn, and how often to check.
const ENDING: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

impl TurnService {
    /// How often [`TurnService::tend`] must be called.
    pub const TENDING: Duration = Duration::from_millis(500);
    /// Every how many calls [`TurnService::tend`] must renew the leases.
    pub const RENEWAL: u32 = 20;

    /// `memory` is the memory of bodies.
    pub fn new(
        queue: Arc<dyn TurnQueue>,
        tasks: Arc<dyn Tasks>,
        ids: Arc<dyn Ids>,
        timer: Arc<dyn Timer>,
        memory: Budget,
        patience: Duration,
    ) -> Self {
        Self {
            held: Arc::new(LocalTurns {
                queue,
                tasks,
                timer,
                turns: Mutex::default(),
                late: Mutex::default(),
            }),
            ids,
            memory,
            patience,
        }
    }

    /// Memory for what a turn's reader has not read. It has no units yet.
    pub fn memory(&self, owner: OwnerId) -> Permit {
        self.memory.nothing(Caller::Owner(owner))
    }

    /// Queues up, and returns when all earlier turns of the conversation are over. The `bool` says
    /// whether it had to wait. `memory` is that of its request, which the turn keeps.
    pub async fn turn(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        memory: BodyMemory,
    ) -> Result<(Turn, bool)> {
        let own = self.memory.try_take(Caller::Owner(owner), OVERHEAD);
        let own = own.map_err(|_| Error::Overloaded { retry_after: 5 })?;
        let (turn, is_first) = self.enter(owner, conversation, (memory, own)).await?;
        if !is_first && let Err(error) = self.wait(&turn).await {
            turn.failed(&error).await;
            return Err(error);
        }
        Ok((turn, !is_first))
    }

    /// Queues up, in a task: a place that is taken after the caller has left is given back
    /// immediately, and does not hold up the conversation until its lease runs out. The `bool` says
    /// whether no turn is before this one.
    async fn enter(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        memory: (BodyMemory, Permit),
    ) -> Result<(Turn, bool)> {
        let (held, token) = (Arc::clone(&self.held), self.ids.ulid());
        let (sender, entered) = oneshot::channel();
        self.held.tasks.start(Box::pin(async move {
            let entered = Turn::enter(held, owner, conversation, token, memory).await;
            // Without a caller, the turn is dropped here, and leaves.
            drop(sender.send(entered));
            Ok(())
        }));
        let stopped = |_| Error::Internal("the server stopped before a turn was queued".into());
        entered.await.map_err(stopped)?
    }

    /// For a reply that is being stored.
    pub fn persistence(&self) -> Persistence {
        Persistence::new(Arc::clone(&self.held.timer))
    }

    async fn wait(&self, turn: &Turn) -> Result<()> {
        let mut patience = self.held.timer.wait(self.patience);
        let mut pause = FIRST_LOOK;
        loop {
            // A turn behind another one of this instance is woken when that one leaves.
            if self.held.is_next(turn.queued) {
                match self.held.queue.is_first(turn.queued).await {
                    Ok(Some(true)) => return Ok(()),
                    Ok(None) => return Err(overtaken()),
                    Ok(Some(false)) => {}
                    Err(error) if error.is_ours() && !matches!(error, Error::Internal(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            let woken = pin!(turn.woken.notified());
            let rest = select(woken, self.held.timer.wait(pause));
            if let Either::Right(_) = select(rest, &mut patience).await {
                return Err(Error::Conflict(Conflict::ConversationLocked));
            }
            pause = (pause * 2).min(LAST_LOOK);
        }
    }

    /// Cancels the turn that is being answered, on any instance, and returns when it is over.
    pub async fn cancel(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ending: TurnEnding,
    ) -> Result<Over> {
        let (turn, ending) = match self.held.queue.end(owner, conversation, ending).await? {
            AskedToEnd::NoConversation => return Err(Resource::Conversation.absent()),
            AskedToEnd::NoTurn => return Ok(Over::ByItself),
            // The first request decides the ending.
            AskedToEnd::Turn(turn, ending) => (turn, ending),
        };
        self.held.call(turn, Called::Ended(ending));
        let mut patience = self.held.timer.wait(ENDING);
        loop {
            if let Some(over) = self.held.queue.outcome(turn).await? {
                return Ok(over);
            }
            if let Either::Right(_) = select(self.held.timer.wait(LOOK), &mut patience).await {
                break;
            }
        }
        // The turn's instance does not react. Without its row, it cannot store anything.
        if self.held.queue.leave(&[turn]).await? > 0 {
            return Ok(Over::Ended(None));
        }
        let over = self.held.queue.outcome(turn).await?;
        Ok(over.unwrap_or(Over::ByItself))
    }

    /// Checks which turns of this instance must stop. Renews their leases if `renews` is true.
    pub async fn tend(&self, renews: bool) -> Result<()> {
        let late = std::mem::take(&mut *locked(&self.held.late));
        if !late.is_empty()
            && let Err(error) = self.held.queue.leave(&late).await
        {
            self.held.are_late(&late);
            return Err(error);
        }
        let turns: Vec<_> = locked(&self.held.turns).keys().copied().collect();
        if turns.is_empty() {
            return Ok(());
        }
        let there = self.held.queue.tend(&turns, renews).await?;
        let there: BTreeMap<Ulid, Option<TurnEnding>> = there.into_iter().collect();
        for turn in turns {
            match there.get(&turn.token) {
                Some(None) => {}
                Some(Some(ending)) => self.held.call(turn, Called::Ended(*ending)),
                None => self.held.call(turn, Called::Overtaken),
            }
        }
        Ok(())
    }
}

use super::local::{Ends, LocalTurns};
use super::{Called, Entered, Leaving, Persistence, QueuedTurn, TurnEnding};
use crate::admission::{BodyMemory, Permit};
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, OwnerId};
use crate::mutex::locked;
use crate::repeats;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, watch};
use ulid::Ulid;

/// A turn that waits or is being answered. Dropping it ends it.
pub struct Turn {
    pub(super) queued: QueuedTurn,
    pub(super) held: Arc<LocalTurns>,
    pub(super) called: watch::Receiver<Option<Called>>,
    pub(super) woken: Arc<Notify>,
    /// Whether the turn has left the queue.
    pub(super) is_over: AtomicBool,
    /// The memory of its request, and of the turn itself.
    pub(super) _memory: (BodyMemory, Permit),
}

impl Turn {
    /// Queues up. Says whether no turn is before this one.
    pub(super) async fn enter(
        held: Arc<LocalTurns>,
        owner: OwnerId,
        conversation: ConversationId,
        token: Ulid,
        memory: (BodyMemory, Permit),
    ) -> Result<(Self, bool)> {
        let entered = match held.queue.enter(owner, conversation, token).await {
            Ok(entered) => entered,
            Err(error) => {
                // The turn may be in the queue all the same.
                held.leaves(QueuedTurn {
                    owner,
                    conversation,
                    place: 0,
                    token,
                });
                return Err(error);
            }
        };
        let Entered {
            turn: queued,
            is_first,
        } = entered.ok_or_else(|| Resource::Conversation.absent())?;
        let (sender, called) = watch::channel(None);
        let woken = Arc::new(Notify::new());
        let ends = Ends {
            called: sender,
            woken: Arc::clone(&woken),
        };
        locked(&held.turns).insert(queued, ends);
        let turn = Self {
            queued,
            held,
            called,
            woken,
            is_over: AtomicBool::new(false),
            _memory: memory,
        };
        Ok((turn, is_first))
    }

    /// Returns when the turn must stop, and why.
    pub async fn called(&self) -> Called {
        let mut called = self.called.clone();
        loop {
            if let Some(called) = *called.borrow_and_update() {
                return called;
            }
            if called.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Does the work of the turn. `None`: the turn was cancelled before the work was done, and the part that was
    /// written is kept. An error if that part is dropped, or if the turn was overtaken.
    pub async fn until_called<T>(
        &self,
        work: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        let called = {
            let (called, work) = (pin!(self.called()), pin!(work));
            match select(called, work).await {
                Either::Left((called, _)) => called,
                Either::Right((done, _)) => return done.map(Some),
            }
        };
        self.stopped(called).await.map(|()| None)
    }

    /// What a call to stop means for the part of the reply that was written: it is kept, or this is the error
    /// for the clients that asked for the reply.
    pub async fn stopped(&self, called: Called) -> Result<()> {
        match called {
            Called::Ended(TurnEnding::Kept) => Ok(()),
            Called::Ended(TurnEnding::Dropped) => Err(self.cancelled().await),
            Called::Overtaken => Err(overtaken()),
        }
    }

    /// For the reply of this turn, which is being stored.
    pub fn persistence(&self) -> Persistence {
        Persistence::new(Arc::clone(&self.held.timer))
    }

    /// The entry for the transaction that stores the result.
    pub fn leaving(&self, is_cancelled: bool) -> Leaving {
        Leaving {
            turn: self.queued,
            is_cancelled,
        }
    }

    /// Notes that the turn has left the queue, together with the stored result.
    pub fn has_left(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Records that the turn was cancelled without a reply. Returns the error for the clients that
    /// asked for the reply.
    pub async fn cancelled(&self) -> Error {
        match self.held.queue.ended(self.queued).await {
            Ok(true) => {
                self.has_left();
                if let Ok(Some(claim)) = repeats::current() {
                    claim.cancelled();
                }
                Error::Conflict(Conflict::TurnCancelled)
            }
            Ok(false) => overtaken(),
            Err(error) => error,
        }
    }

    /// Records that the turn has failed. Unless the failure is the server's own, the turn has left
    /// the queue when this returns, so that a client that retries does not wait for it.
    pub async fn failed(&self, error: &Error) {
        if !error.is_ours() && self.held.queue.leave(&[self.queued]).await.is_ok() {
            self.has_left();
        }
    }
}

/// The error for a turn that was delayed for so long that others were answered first.
pub(crate) fn overtaken() -> Error {
    Error::Conflict(Conflict::ConversationLocked)
}

impl Drop for Turn {
    fn drop(&mut self) {
        match self.is_over.load(Ordering::Relaxed) {
            true => self.held.left(self.queued),
            false => self.held.leaves(self.queued),
        }
    }
}

use super::held::Held;
use super::{Called, Leaving, QueuedTurn};
use crate::admission::Permit;
use crate::error::{Conflict, Error};
use crate::repeats;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, watch};

/// A turn that is being answered, or waits for that. It is over when this is dropped.
pub struct Turn {
    pub(super) queued: QueuedTurn,
    pub(super) held: Arc<Held>,
    pub(super) called: watch::Receiver<Option<Called>>,
    pub(super) woken: Arc<Notify>,
    /// Whether it has left the queue.
    pub(super) is_over: AtomicBool,
    /// The memory that its request takes.
    pub(super) _memory: Permit,
}

impl Turn {
    /// Returns when the turn is to stop, and why.
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

    /// For the transaction that stores it.
    pub fn leaving(&self, is_cancelled: bool) -> Leaving {
        Leaving {
            turn: self.queued,
            is_cancelled,
        }
    }

    /// It has left, with what was stored.
    pub fn has_left(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// It was ended, and no reply is kept. The error that those get who have asked for one.
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

    /// It came to nothing. Where the store was not what failed, it has left when this returns, so that
    /// who is told of the failure and asks again does not wait for it.
    pub async fn failed(&self, error: &Error) {
        if !error.is_ours() && self.held.queue.leave(&[self.queued]).await.is_ok() {
            self.has_left();
        }
    }
}

/// What those are told whose turn was held up for so long that others were answered first.
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

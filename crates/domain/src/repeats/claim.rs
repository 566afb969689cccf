use super::owed::Owed;
use super::{KeyState, LEASE, NewClaim, Outcome, RepeatKey, RepeatStore};
use crate::clock::{Clock, Timer};
use crate::error::{Conflict, Error, Result};
use crate::mutex::locked;
use crate::seen::Seen;
use crate::tasks::Tasks;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::watch;
use ulid::Ulid;

/// The claim of a request that runs now in this instance. Work that outlives the request also holds
/// it. It ends when its last holder drops it: without a recorded outcome, the request had no
/// effect, and its key is released.
pub struct Claim {
    pub key: RepeatKey,
    /// Distinguishes this attempt from others with the same key.
    pub token: Ulid,
    state: Mutex<HeldClaim>,
    /// Notifies the subscribers that the claim is over, and says whether its turn was cancelled.
    over: watch::Sender<bool>,
    held: Arc<RunningClaims>,
}

#[derive(Default)]
struct HeldClaim {
    is_recorded: bool,
    /// The request failed, and its key is released.
    is_released: bool,
    /// The finish reason of the reply that is about to be stored.
    finish_reason: Option<String>,
    /// An outcome to record although an earlier request made the object.
    found: Option<Outcome>,
    /// The text that a model has written so far.
    written: Option<watch::Receiver<Seen>>,
}

/// How to treat a request.
pub enum Verdict {
    /// Run it now, under this claim.
    First(Arc<Claim>),
    /// Another request with the same key is running; its claim, if it runs in this instance.
    UnderWay(Option<Arc<Claim>>),
    /// It was done; answer it again from its outcome.
    Done(Outcome),
}

/// The claims of this instance.
pub(super) struct RunningClaims {
    pub(super) store: Arc<dyn RepeatStore>,
    pub(super) tasks: Arc<dyn Tasks>,
    pub(super) clock: Arc<dyn Clock>,
    owed: Arc<Owed>,
    claims: Mutex<HashMap<RepeatKey, Weak<Claim>>>,
}

impl RunningClaims {
    pub(super) fn new(
        store: Arc<dyn RepeatStore>,
        tasks: Arc<dyn Tasks>,
        clock: Arc<dyn Clock>,
        timer: Arc<dyn Timer>,
    ) -> Self {
        let owed = Owed::new(
            Arc::clone(&store),
            Arc::clone(&tasks),
            Arc::clone(&clock),
            timer,
        );
        Self {
            store,
            tasks,
            clock,
            owed,
            claims: Mutex::default(),
        }
    }

    /// Claims a request, or returns its outcome. A claim that the caller drops is released.
    pub(super) async fn claim(self: &Arc<Self>, new: NewClaim) -> Result<Verdict> {
        match self.store.claim(&new).await {
            Ok(KeyState::Free) => Ok(Verdict::First(self.hold(new.key, new.token))),
            Ok(KeyState::Reused) => Err(Error::Conflict(Conflict::IdempotencyKeyReused)),
            Ok(KeyState::UnderWay) => Ok(Verdict::UnderWay(self.find(new.key))),
            Ok(KeyState::Done(outcome)) => Ok(Verdict::Done(outcome)),
            Err(error) => {
                // The claim may have been made all the same, and would hold for a minute.
                self.release(new.key, new.token);
                Err(error)
            }
        }
    }

    pub(super) fn hold(self: &Arc<Self>, key: RepeatKey, token: Ulid) -> Arc<Claim> {
        let claim = Arc::new(Claim {
            key,
            token,
            state: Mutex::default(),
            over: watch::Sender::default(),
            held: Arc::clone(self),
        });
        locked(&self.claims).insert(key, Arc::downgrade(&claim));
        claim
    }

    /// Releases a key in the background, unless the outcome of its request is recorded.
    fn release(self: &Arc<Self>, key: RepeatKey, token: Ulid) {
        let held = Arc::clone(self);
        let until = self.clock.now() + LEASE;
        self.tasks.start(Box::pin(async move {
            let released = held.store.release(key, token).await;
            if released.is_err() {
                held.owed.owe(key, token, until);
            }
            released
        }));
    }

    pub(super) fn find(&self, key: RepeatKey) -> Option<Arc<Claim>> {
        locked(&self.claims).get(&key)?.upgrade()
    }

    pub(super) fn all(&self) -> Vec<(RepeatKey, Ulid)> {
        // Drop the claims after the lock is free: dropping the last holder of a claim also takes
        // the lock.
        let claims: Vec<_> = {
            let claims = locked(&self.claims);
            claims.values().filter_map(Weak::upgrade).collect()
        };
        claims
            .iter()
            .map(|claim| (claim.key, claim.token))
            .collect()
    }
}

impl Claim {
    /// The effect of the request is stored together with its outcome.
    pub fn recorded(&self) {
        locked(&self.state).is_recorded = true;
    }

    pub fn is_recorded(&self) -> bool {
        locked(&self.state).is_recorded
    }

    /// The requested object existed already; its outcome only needs to be recorded.
    pub fn found(&self, outcome: Outcome) {
        locked(&self.state).found = Some(outcome);
    }

    /// Sets the finish reason of the reply that is about to be stored.
    pub fn ends_by(&self, finish_reason: Option<String>) {
        locked(&self.state).finish_reason = finish_reason;
    }

    pub fn finish_reason(&self) -> Option<String> {
        locked(&self.state).finish_reason.clone()
    }

    /// Shows the text that is being written to repeats of the request.
    pub fn shows(&self, written: watch::Receiver<Seen>) {
        locked(&self.state).written = Some(written);
    }

    /// The text that a model has written so far, while it writes.
    pub fn written(&self) -> Option<watch::Receiver<Seen>> {
        locked(&self.state).written.clone()
    }

    /// Closed when this attempt is over; `true` where its turn was cancelled without keeping any of it.
    pub fn over(&self) -> watch::Receiver<bool> {
        self.over.subscribe()
    }

    /// The turn of the request was cancelled: repeats that wait for it get the same answer.
    pub fn cancelled(&self) {
        self.over.send_replace(true);
    }

    /// Releases the key of a failed request before its client gets the answer: the next request
    /// with this key may be another. Where work continues that outlives the request, the key stays
    /// claimed.
    pub async fn give_up(self: Arc<Self>) {
        if Arc::strong_count(&self) > 1 || self.is_recorded() {
            return;
        }
        let released = self.held.store.release(self.key, self.token).await;
        // If that failed, dropping this tries once more.
        locked(&self.state).is_released = released.is_ok();
    }

    /// Records the found outcome, if the request had no other effect.
    pub async fn settle(&self) -> Result<()> {
        let found = {
            let mut state = locked(&self.state);
            let found = state.found.take();
            found.filter(|_| !state.is_recorded)
        };
        if let Some(outcome) = found
            && self.record(outcome).await?
        {
            self.recorded();
        }
        Ok(())
    }
}

impl Claim {
    async fn record(&self, mut outcome: Outcome) -> Result<bool> {
        outcome.finish_reason = outcome.finish_reason.or_else(|| self.finish_reason());
        let store = &self.held.store;
        store.record(self.key, self.token, &outcome).await
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claims = locked(&self.held.claims);
        // Another attempt may have the key by now.
        if claims
            .get(&self.key)
            .is_some_and(|held| held.strong_count() == 0)
        {
            claims.remove(&self.key);
        }
        drop(claims);
        let is_open = {
            let state = locked(&self.state);
            !state.is_recorded && !state.is_released
        };
        if is_open {
            self.held.release(self.key, self.token);
        }
    }
}

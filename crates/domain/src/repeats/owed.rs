//! Keys that must be released but could not be, because the database was away.

use super::{RepeatKey, RepeatStore};
use crate::clock::{Clock, Timer};
use crate::mutex::locked;
use crate::tasks::Tasks;
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use ulid::Ulid;

/// The pause before the next attempt: the first, and the longest.
const FIRST: Duration = Duration::from_millis(100);
const LAST: Duration = Duration::from_secs(2);

/// How many keys are released together.
const BATCH: usize = 500;

/// How many keys may be owed: 10 MB. Further keys become free when their claims expire.
const MOST: usize = 100_000;

pub(super) struct Owed {
    store: Arc<dyn RepeatStore>,
    tasks: Arc<dyn Tasks>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    state: Mutex<OwedReleases>,
}

#[derive(Default)]
struct OwedReleases {
    keys: Vec<Debt>,
    /// Whether a background task is releasing them.
    is_seen_to: bool,
}

/// A key to release, and the time when its claim expires anyway.
struct Debt {
    key: RepeatKey,
    token: Ulid,
    until: DateTime<Utc>,
}

impl Owed {
    pub(super) fn new(
        store: Arc<dyn RepeatStore>,
        tasks: Arc<dyn Tasks>,
        clock: Arc<dyn Clock>,
        timer: Arc<dyn Timer>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            tasks,
            clock,
            timer,
            state: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, OwedReleases> {
        locked(&self.state)
    }

    /// A batch of owed keys. `None` if no key is left; the background task ends then.
    fn some(&self, now: DateTime<Utc>) -> Option<Vec<Debt>> {
        let mut state = self.lock();
        state.keys.retain(|debt| debt.until > now);
        let count = state.keys.len().min(BATCH);
        state.is_seen_to = count > 0;
        state
            .is_seen_to
            .then(|| state.keys.drain(..count).collect())
    }

    /// Releases a key later, and retries until its claim would have expired.
    pub(super) fn owe(self: &Arc<Self>, key: RepeatKey, token: Ulid, until: DateTime<Utc>) {
        let mut state = self.lock();
        if state.keys.len() >= MOST {
            return;
        }
        state.keys.push(Debt { key, token, until });
        if std::mem::replace(&mut state.is_seen_to, true) {
            return;
        }
        drop(state);
        let owed = Arc::clone(self);
        self.tasks.start(Box::pin(async move {
            owed.give_back().await;
            Ok(())
        }));
    }

    async fn give_back(&self) {
        let mut pause = FIRST;
        loop {
            self.timer.wait(pause).await;
            let Some(debts) = self.some(self.clock.now()) else {
                return;
            };
            let claims: Vec<_> = debts.iter().map(|debt| (debt.key, debt.token)).collect();
            pause = match self.store.release_all(&claims).await {
                Ok(()) => FIRST,
                Err(_) => {
                    self.lock().keys.extend(debts);
                    (pause * 2).min(LAST)
                }
            };
        }
    }
}

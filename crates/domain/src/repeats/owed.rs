//! Keys that are to be given back and could not be: the database was away.

use super::RepeatKey;
use super::claim::Held;
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use ulid::Ulid;

/// How long it takes until it is tried again: at first, and at the most.
const FIRST: Duration = Duration::from_millis(100);
const LAST: Duration = Duration::from_secs(2);

/// How many are given back at once.
const BATCH: usize = 500;

/// How many may be owed: 10 MB. What is beyond is free when its claim has expired.
const MOST: usize = 100_000;

#[derive(Default)]
pub(super) struct Owed(Mutex<State>);

#[derive(Default)]
struct State {
    keys: Vec<Debt>,
    /// Whether somebody sees to it.
    is_seen_to: bool,
}

/// A key, and until when its claim holds by itself.
struct Debt {
    key: RepeatKey,
    token: Ulid,
    until: DateTime<Utc>,
}

impl Owed {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some of them; `None`, and it is not seen to any more, where there are none.
    fn some(&self, now: DateTime<Utc>) -> Option<Vec<Debt>> {
        let mut state = self.lock();
        state.keys.retain(|debt| debt.until > now);
        let count = state.keys.len().min(BATCH);
        state.is_seen_to = count > 0;
        state
            .is_seen_to
            .then(|| state.keys.drain(..count).collect())
    }
}

impl Held {
    /// Gives a key back later, as often as it takes until its claim would have expired.
    pub(super) fn owe(self: &Arc<Self>, key: RepeatKey, token: Ulid, until: DateTime<Utc>) {
        let mut state = self.owed.lock();
        if state.keys.len() >= MOST {
            return;
        }
        state.keys.push(Debt { key, token, until });
        if std::mem::replace(&mut state.is_seen_to, true) {
            return;
        }
        drop(state);
        let held = Arc::clone(self);
        self.tasks.start(Box::pin(async move {
            held.give_back().await;
            Ok(())
        }));
    }

    async fn give_back(&self) {
        let mut pause = FIRST;
        loop {
            self.timer.wait(pause).await;
            let Some(debts) = self.owed.some(self.clock.now()) else {
                return;
            };
            let claims: Vec<_> = debts.iter().map(|debt| (debt.key, debt.token)).collect();
            pause = match self.store.release_all(&claims).await {
                Ok(()) => FIRST,
                Err(_) => {
                    self.owed.lock().keys.extend(debts);
                    (pause * 2).min(LAST)
                }
            };
        }
    }
}

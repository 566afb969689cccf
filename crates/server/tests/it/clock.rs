//! Time that stands still until a test moves it, and ids that follow from it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock, Ids};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use ulid::Ulid;

/// The guide's own time, in microseconds: 2025-12-23T10:00:00Z.
const BEGINNING: i64 = 1_766_484_000_000_000;

/// A clock that a test moves.
pub(crate) struct PinnedClock(AtomicI64);

impl PinnedClock {
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(BEGINNING))
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        let by = by.num_microseconds().unwrap();
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for PinnedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Ids of the pinned time, one after the other. The low 40 bits stay clear, since an item's id
/// keeps its sequence number there.
pub(crate) struct SeededIds {
    clock: std::sync::Arc<PinnedClock>,
    given: AtomicU64,
}

impl SeededIds {
    pub(crate) fn new(clock: std::sync::Arc<PinnedClock>) -> Self {
        Self {
            clock,
            given: AtomicU64::new(0),
        }
    }
}

impl Ids for SeededIds {
    fn ulid(&self) -> Ulid {
        let number = self.given.fetch_add(1, Ordering::SeqCst) + 1;
        let milliseconds = self.clock.now().timestamp_millis().cast_unsigned();
        Ulid::from_parts(milliseconds, u128::from(number) << 40)
    }
}

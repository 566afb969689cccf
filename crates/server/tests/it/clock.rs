//! Time that stands still until a test moves it, and ids that follow from it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock, Ids, Timer};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use ulid::Ulid;

/// The guide's own time, in microseconds: 2025-12-23T10:00:00Z.
const BEGINNING: i64 = 1_766_484_000_000_000;

/// A clock that a test moves. A task that waits by it continues when it has been moved far enough.
pub(crate) struct PinnedClock {
    now: AtomicI64,
    moved: Notify,
    waiting: watch::Sender<u64>,
    /// How long each has asked to wait.
    asked: Mutex<Vec<Duration>>,
}

impl PinnedClock {
    pub(crate) fn new() -> Self {
        Self {
            now: AtomicI64::new(BEGINNING),
            moved: Notify::new(),
            waiting: watch::Sender::default(),
            asked: Mutex::default(),
        }
    }

    /// How many have begun to wait so far.
    pub(crate) fn waits(&self) -> u64 {
        *self.waiting.borrow()
    }

    /// How many have begun to wait for just this long. On a busy machine others wait, too: for a turn
    /// whose last user has been answered but has not left yet.
    pub(crate) fn waits_of(&self, time: Duration) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| **asked == time).count()
    }

    /// Returns when more than so many have begun to wait.
    pub(crate) async fn more_waits_than(&self, before: u64) {
        let mut waiting = self.waiting.subscribe();
        waiting.wait_for(|waits| *waits > before).await.unwrap();
    }

    /// Lets so much time pass whenever a task begins to wait.
    pub(crate) async fn passes(&self, by: TimeDelta) -> Infallible {
        let mut before = self.waits();
        loop {
            self.more_waits_than(before).await;
            before = self.waits();
            self.advance(by);
        }
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        let by = by.num_microseconds().unwrap();
        self.now.fetch_add(by, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

impl Clock for PinnedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.now.load(Ordering::SeqCst)).unwrap()
    }
}

/// A clock that runs, and began so much later than the pinned ones.
pub(crate) struct LaterClock {
    since: Instant,
    began: DateTime<Utc>,
}

impl LaterClock {
    pub(crate) fn by(later: TimeDelta) -> Self {
        Self {
            since: Instant::now(),
            began: PinnedClock::new().now() + later,
        }
    }
}

impl Clock for LaterClock {
    fn now(&self) -> DateTime<Utc> {
        self.began + self.since.elapsed()
    }
}

#[async_trait::async_trait]
impl Timer for PinnedClock {
    async fn wait(&self, time: Duration) {
        let end = self.now() + time;
        self.asked.lock().unwrap().push(time);
        self.waiting.send_modify(|waits| *waits += 1);
        loop {
            let mut moved = pin!(self.moved.notified());
            moved.as_mut().enable();
            if self.now() >= end {
                return;
            }
            moved.await;
        }
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

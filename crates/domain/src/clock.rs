//! Time and randomness as ports, so that tests can fix both.

use chrono::{DateTime, Utc};
use std::time::Duration;
use ulid::Ulid;

/// The current time, in whole microseconds. The store keeps microseconds, so a time in an answer
/// equals the same time read back.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// Waits, by the clock's time.
#[async_trait::async_trait]
pub trait Timer: Send + Sync {
    /// Returns after this time. Holds no thread meanwhile.
    async fn wait(&self, time: Duration);
}

/// Fresh identifiers.
pub trait Ids: Send + Sync {
    /// A new ULID: the current millisecond, then 80 random bits.
    fn ulid(&self) -> Ulid;

    /// Two new ULIDs, the smaller one first: for a conversation, and for the messages that it is made
    /// with, so that its title is not newer than they are.
    fn pair(&self) -> (Ulid, Ulid) {
        let (one, other) = (self.ulid(), self.ulid());
        (one.min(other), one.max(other))
    }
}

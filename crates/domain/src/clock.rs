//! Time and randomness as ports, so that tests can pin both.

use chrono::{DateTime, Utc};
use ulid::Ulid;

/// The current time. Microseconds at most, since that is what the store keeps: a time that was
/// answered and the same time read back are equal.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// Fresh identifiers.
pub trait Ids: Send + Sync {
    /// A new ULID: the current millisecond, then 80 random bits.
    fn ulid(&self) -> Ulid;
}

//! What callers share, and how much of it one of them may have: places, connections, bytes.
//!
//! A [`Budget`] is a number of units, of which one caller holds at most a share. A caller whose share
//! is used up, or for whom too little is free, waits or is refused; the others notice nothing of it.
//! Units that become free go to those who wait: one caller after the other, and each caller's requests
//! in their order. So a caller who asks a thousand times waits longer for each answer, and a caller
//! who asks once waits for one turn of each other caller at the most.

mod budget;
mod queue;
#[cfg(test)]
mod tests;

pub use budget::{Budget, Permit};

use crate::id::OwnerId;
use crate::limits::Origin;

/// For whom something is done, as budgets count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// A signed-in owner, from wherever they call.
    Owner(OwnerId),
    /// A caller who is not signed in, or who uses what another owns through a link.
    Address(Origin),
    /// The groups in which the appends of many owners are stored together.
    Appends,
    /// The checks whether the service is ready.
    Readiness,
    /// The service itself: its background work is one caller among the others.
    Service,
}

/// How much there is, how much of it is for one caller, and how many may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Units in all.
    pub total: u64,
    /// Units that one caller may hold. A request for more than that is always refused.
    pub share: u64,
    /// Requests that may wait, of all callers.
    pub waiting: usize,
    /// Requests that may wait, of one caller.
    pub waiting_each: usize,
}

impl Limits {
    /// So much in all, one part in `parts` of it for one caller, but at least one unit; and no request
    /// waits.
    #[must_use]
    pub fn parts(total: u64, parts: u64) -> Self {
        Self {
            total,
            share: (total / parts.max(1)).max(1),
            waiting: 0,
            waiting_each: 0,
        }
    }

    /// The same, where one caller may hold so many units.
    #[must_use]
    pub fn with_share(self, share: u64) -> Self {
        Self { share, ..self }
    }

    /// The same, where so many requests of all callers may wait, and so many of one.
    #[must_use]
    pub fn with_waiting(self, waiting: usize, waiting_each: usize) -> Self {
        Self {
            waiting,
            waiting_each,
            ..self
        }
    }
}

/// Why units were not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The caller holds its share, or has as many requests waiting as one caller may.
    #[error("the caller's own share is used up")]
    Caller,
    /// The others hold the rest, or as many requests wait as may.
    #[error("all of it is used up")]
    Full,
}

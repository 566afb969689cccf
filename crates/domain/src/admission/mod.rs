//! Limits of shared resources: requests to models, connections, bytes.
//!
//! A [`Budget`] is a number of units, of which one caller holds at most a share. A caller whose
//! share is used up, or for whom too little is free, waits or is refused; other callers are not
//! affected. Free units go to the waiting callers in turn; the requests of one caller keep their
//! order. So a caller with a thousand requests waits longer for each answer, and a caller with one
//! request waits for at most one request of each other caller. Where the queue is full, the caller who
//! has most requests in it loses the newest one to a caller who has fewer.

mod account;
mod body_memory;
mod budget;
mod places;
mod queue;
#[cfg(test)]
mod tests;

pub use account::BudgetUsage;
pub use body_memory::BodyMemory;
pub use budget::{Budget, Permit};

use crate::id::OwnerId;
use crate::limits::Origin;

/// The caller for whom work is done, as budgets count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// A signed-in owner, from any address.
    Owner(OwnerId),
    /// A client that is not signed in, or reads another owner's data through a link.
    Address(Origin),
    /// The groups that store the appends of many owners together.
    Appends,
    /// The readiness checks of the service.
    Readiness,
    /// The service itself: its background work counts as one caller.
    Service,
}

/// The total, the share of one caller, and how many requests may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Units in all.
    pub total: u64,
    /// Units that one caller may hold. A larger request is always refused.
    pub share: u64,
    /// Requests that may wait, of all callers.
    pub waiting: usize,
    /// Requests of one caller that may wait.
    pub waiting_each: usize,
}

impl BudgetLimits {
    /// `total` units, and a share of one part in `parts` for each caller, at least one unit.
    /// Requests do not wait.
    #[must_use]
    pub fn parts(total: u64, parts: u64) -> Self {
        Self {
            total,
            share: (total / parts.max(1)).max(1),
            waiting: 0,
            waiting_each: 0,
        }
    }

    /// Sets the share of one caller.
    #[must_use]
    pub fn with_share(self, share: u64) -> Self {
        Self { share, ..self }
    }

    /// Sets how many requests may wait: `waiting` in all, and `waiting_each` of one caller.
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
    /// The caller's share is used up, or the caller has the most waiting requests that it may have.
    #[error("the caller's own share is used up")]
    Caller,
    /// Other callers hold the rest, or too many requests wait already.
    #[error("all of it is used up")]
    Full,
}

//! Whose work the database does, and how much of it at once.

use super::database::Database;
use super::error::unavailable;
use super::unit::Silent;
use domain::admission::{Budget, Caller, Limits, Permit};
use domain::error::{Error, Result};
use domain::id::OwnerId;
use tokio::time::{Instant, sleep_until};

/// How many units of work may wait, of all callers and of one.
const WAITING: usize = 16_384;
const WAITING_EACH: usize = 4_096;

/// How many forks of one owner may wait.
const FORKS_WAITING: usize = 4;

/// When it is worth coming back, in seconds.
const RETRY_AFTER: u64 = 2;

/// How many bytes are as much work as a statement. With the usual pool, one message of 200 kB of an owner is
/// stored at a time: two keep both processors of a small machine from the others.
const BYTES: usize = 32 * 1024;

/// After work that writes more than this, its connection is not used again: the library keeps the room
/// that a statement takes, twice, for as long as it keeps the connection.
const LARGE: usize = 1024 * 1024;

/// For whom a unit of work is done, since when it is waited for, and how much it is.
#[derive(Clone, Copy)]
pub(super) struct Whose {
    caller: Caller,
    pub(super) begun: Instant,
    /// Like so many statements.
    weight: u64,
}

impl Whose {
    /// Work that writes so many bytes counts for more.
    pub(super) fn writing(self, bytes: usize) -> Self {
        let weight = 1 + (bytes / BYTES) as u64;
        Self { weight, ..self }
    }

    /// Whether it writes so much that its connection is not worth keeping.
    pub(super) fn is_large(&self) -> bool {
        self.weight > (LARGE / BYTES) as u64
    }

    /// Work that has waited since then.
    pub(super) fn since(self, begun: Instant) -> Self {
        Self { begun, ..self }
    }
}

impl From<Caller> for Whose {
    fn from(caller: Caller) -> Self {
        Self {
            caller,
            begun: Instant::now(),
            weight: 1,
        }
    }
}

impl From<OwnerId> for Whose {
    fn from(owner: OwnerId) -> Self {
        Caller::Owner(owner).into()
    }
}

/// As much work at once as there are connections, and half of it for one caller.
pub(super) struct Places {
    budget: Budget,
    share: u64,
    /// Forks, which may be as much work as a whole conversation: one of each owner, and together a
    /// quarter of the connections.
    forks: Budget,
}

impl Places {
    pub(super) fn new(connections: usize) -> Self {
        let limits = Limits::parts(connections as u64, 2).with_waiting(WAITING, WAITING_EACH);
        Self {
            budget: Budget::new(limits),
            share: limits.share,
            forks: Budget::new(Limits {
                total: (connections as u64 / 4).max(1),
                share: 1,
                waiting: WAITING_EACH,
                waiting_each: FORKS_WAITING,
            }),
        }
    }
}

impl Database {
    /// Waits until it is the caller's turn to fork; half of the time is left for the work itself.
    pub(super) async fn fork_turn(&self, whose: Whose) -> Result<Permit> {
        let patience = sleep_until(whose.begun + self.queue() / 2);
        let turn = self.places.forks.take(whose.caller, 1, patience).await;
        turn.map_err(|_| Error::Overloaded {
            retry_after: RETRY_AFTER,
        })
    }

    /// Waits until it is the caller's turn.
    pub(super) async fn turn(&self, whose: Whose) -> Result<Permit> {
        self.must_be_open()?;
        let places = &self.places;
        // What is more than a share is done alone.
        let weight = whose.weight.min(places.share);
        let patience = sleep_until(whose.begun + self.queue());
        let turn = places.budget.take(whose.caller, weight, patience).await;
        turn.map_err(|_| match self.was_heard_since(whose.begun) {
            true => Error::Overloaded {
                retry_after: RETRY_AFTER,
            },
            false => unavailable(Silent(self.queue())),
        })
    }
}

use super::work::WorkRequest;
use domain::error::Error;
use domain::figures::{Count, Distribution, Times};
use std::time::Duration;

/// Figures about the work with the database, since the start.
#[derive(Debug, Default)]
pub struct Figures {
    /// How long units of work waited for a permit and for a connection.
    pub waits: Times,
    /// How long units of work took after that, repeats included.
    pub works: Times,
    /// The sum of these times for requests, in microseconds: without the background work.
    pub(super) requests: Count,
    pub failures: UnitFailures,
    pub appends: Groups,
    pub reads: Reads,
}

impl Figures {
    /// A unit of work took so long.
    pub(super) fn worked(&self, request: WorkRequest, took: Duration) {
        self.works.add(took);
        if request.is_of_request() {
            let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            self.requests.add(took);
        }
    }
}

/// Reads where there is a replica for them.
#[derive(Debug, Default)]
pub struct Reads {
    /// The replica has answered.
    pub replica: Count,
    /// The primary answered while the replica was left alone.
    pub without: Count,
    /// The primary answered, since the replica failed or was behind.
    pub lost: Count,
    /// The primary answered, since all connections to the replica were in use.
    pub busy: Count,
    /// How long reads waited for a connection to the replica, and until it had what was stored before.
    pub waits: Times,
}

/// Units of work that failed, by their meaning to the caller.
#[derive(Debug, Default)]
pub struct UnitFailures {
    /// No permit came in time.
    pub overloaded: Count,
    /// The database cannot be reached.
    pub unavailable: Count,
    /// Other work held a lock, or the database was too slow.
    pub contended: Count,
    /// The result is not known.
    pub unanswered: Count,
}

impl UnitFailures {
    pub(super) fn add(&self, error: &Error) {
        match error {
            Error::Overloaded { .. } => self.overloaded.add(1),
            Error::Unavailable(_) => self.unavailable.add(1),
            Error::Contended(_) => self.contended.add(1),
            Error::Unanswered(_) => self.unanswered.add(1),
            _ => {}
        }
    }
}

/// Groups of appends that one statement stored.
#[derive(Debug)]
pub struct Groups {
    /// How many appends a group had.
    pub sizes: Distribution<8>,
    /// How long the storing of a group took.
    pub times: Times,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            sizes: Distribution::new([1, 2, 4, 8, 16, 32, 64, 128]),
            times: Times::default(),
        }
    }
}

/// How the connections of a pool are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConnections {
    /// The most that the pool may have.
    pub most: usize,
    pub in_use: usize,
    pub idle: usize,
}

//! Work that continues while the disk is full.

use super::database::Database;
use super::error::is_full;
use super::work::WorkRequest;
use diesel::QueryResult;
use domain::error::Error;
use domain::storage::is_on_reserve;
use std::time::Duration;
use tokio::time::Instant;

/// How long such work is tried again in all. A PostgreSQL that found no room for its log starts
/// again within seconds, once the ballast is given up.
const LIMIT: Duration = Duration::from_secs(20);

/// How often work is tried again that found no room.
const REPEATS: u32 = 5;

/// The pause before the first retry, and the longest one.
const PAUSE: Duration = Duration::from_millis(50);
const LONG_PAUSE: Duration = Duration::from_millis(800);

/// Decides how often a unit of work is done that continues while the disk is full. Other units are
/// done once.
pub(super) struct ReserveAttempts {
    /// When the last retry begins; `None`: there are none.
    last: Option<Instant>,
    pause: Duration,
    /// How often it has found no room.
    full: u32,
}

impl ReserveAttempts {
    pub(super) fn of(database: &Database, request: WorkRequest) -> Self {
        let is_patient = is_on_reserve() && !request.is_probe() && database.is_open();
        Self {
            last: is_patient.then(|| request.begun + LIMIT),
            pause: PAUSE,
            full: 0,
        }
    }

    /// The pause before the work is done again; `None`: this is its result.
    ///
    /// Work that found no room was rolled back. Where the connection was lost, that is not known:
    /// then the second time may find that it was done, as a client's own retry would.
    pub(super) fn pause(&mut self, done: Result<&QueryResult<()>, &Error>) -> Option<Duration> {
        let last = self.last?;
        match done {
            Ok(Err(error)) if is_full(error) && self.full < REPEATS => self.full += 1,
            Err(Error::Unavailable(_)) => {}
            _ => return None,
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONG_PAUSE);
        (Instant::now() + pause < last).then_some(pause)
    }
}

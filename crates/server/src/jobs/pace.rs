//! The rests of work for which no request waits: long ones while requests use the database.

use infra::postgres::Database;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// While requests use the database, a step of work is followed by a rest of this many times its
/// length: the work takes 3 % of the time.
const RESTS: u32 = 32;

/// Work that has not caught up for so long takes twice its share, and so on until it takes half of
/// the time: a peak of requests is left alone, and under a lasting load the work is done all the
/// same.
const UNTIL_DOUBLED: Duration = Duration::from_secs(300);

/// The time over which the use of the database is measured, at least.
const WINDOW: Duration = Duration::from_millis(100);

/// The pace of a lane's work.
pub(super) struct Pace {
    database: Database,
    use_by_requests: Use,
    /// Since when there was always more of this work.
    behind_since: Option<Instant>,
}

/// How long requests have used the database.
struct Use {
    measured: Instant,
    total: Duration,
    is_busy: bool,
}

impl Pace {
    pub(super) fn new(database: Database) -> Self {
        let total = database.used_by_requests();
        Self {
            database,
            use_by_requests: Use {
                measured: Instant::now(),
                total,
                is_busy: false,
            },
            behind_since: None,
        }
    }

    /// There is no more work for now.
    pub(super) fn caught_up(&mut self) {
        self.behind_since = None;
    }

    /// Rests after a step that took so long.
    pub(super) async fn rest(&mut self, took: Duration) {
        let behind = self.behind_since.get_or_insert_with(Instant::now).elapsed();
        for _ in 0..rests(behind) {
            sleep(took).await;
            let total = self.database.used_by_requests();
            if !self.use_by_requests.is_busy(Instant::now(), total) {
                break;
            }
        }
    }
}

/// How often work rests that has been behind for so long, while requests use the database.
fn rests(behind: Duration) -> u32 {
    let doubled = behind.as_secs() / UNTIL_DOUBLED.as_secs();
    let doubled = u32::try_from(doubled).unwrap_or(u32::MAX);
    RESTS.checked_shr(doubled).unwrap_or(0).max(1)
}

impl Use {
    /// Whether requests have used the database for half of the last time, on average.
    fn is_busy(&mut self, now: Instant, total: Duration) -> bool {
        let elapsed = now.saturating_duration_since(self.measured);
        if elapsed >= WINDOW {
            self.is_busy = total.saturating_sub(self.total) * 2 >= elapsed;
            (self.measured, self.total) = (now, total);
        }
        self.is_busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_stays_behind_takes_more_of_the_time() {
        let minutes = |number: u64| rests(Duration::from_secs(60 * number));
        assert_eq!([0, 4, 5, 10, 15, 20].map(minutes), [32, 32, 16, 8, 4, 2]);
        assert_eq!([25, 1_000, 100_000].map(minutes), [1, 1, 1]);
    }

    #[test]
    fn requests_that_use_the_database_half_of_the_time_make_it_busy() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut used = Use {
            measured: start,
            total: Duration::ZERO,
            is_busy: false,
        };
        let total = Duration::from_millis;
        // Too short a time says nothing.
        assert!(!used.is_busy(at(50), total(50)));
        assert!(used.is_busy(at(200), total(100)));
        assert!(used.is_busy(at(250), total(100)));
        assert!(!used.is_busy(at(400), total(199)));
        // Several connections at the same time.
        assert!(used.is_busy(at(500), total(999)));
        assert!(!used.is_busy(at(600), total(999)));
    }
}

//! The system's clock and random source behind the domain's ports.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::clock::{Clock, Ids, Timer};
use std::time::{Duration, Instant};
use ulid::Ulid;

/// The time of this machine, to the microsecond.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one adapter")]
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6)
    }
}

/// The time at which it was made, plus the elapsed time: it never jumps, even when the machine's
/// clock is changed. For measuring durations.
pub struct SteadyClock {
    begun: DateTime<Utc>,
    since: Instant,
}

impl SteadyClock {
    #[must_use]
    pub fn new() -> Self {
        Self {
            begun: SystemClock.now(),
            since: Instant::now(),
        }
    }
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> DateTime<Utc> {
        self.begun + TimeDelta::from_std(self.since.elapsed()).unwrap_or(TimeDelta::MAX)
    }
}

/// Waiting by the runtime's timer.
pub struct RuntimeTimer;

#[async_trait::async_trait]
impl Timer for RuntimeTimer {
    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// ULIDs from a clock and the thread's cryptographic generator.
pub struct RandomIds<C>(pub C);

impl<C: Clock> Ids for RandomIds<C> {
    fn ulid(&self) -> Ulid {
        let milliseconds = u64::try_from(self.0.now().timestamp_millis()).unwrap_or_default();
        Ulid::from_parts(milliseconds, rand::random())
    }
}

//! The system's clock and random source behind the domain's ports.

use chrono::{DateTime, SubsecRound, Utc};
use domain::clock::{Clock, Ids};
use ulid::Ulid;

/// The time of this machine, to the microsecond.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one adapter")]
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6)
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

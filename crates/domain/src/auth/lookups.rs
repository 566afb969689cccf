use crate::admission::{Budget, Caller, Limits, Permit};
use crate::clock::Timer;
use crate::error::{Error, Result};
use crate::limits::Origin;
use std::sync::Arc;
use std::time::Duration;

/// Turns in looking up keys and tokens of which nothing is known yet. A good one is looked up
/// whatever its neighbours have tried, so that it is never refused for them; in turn, whoever sends
/// ever new bad ones keeps no more than a few connections of the database busy.
#[derive(Clone)]
pub struct Lookups {
    budget: Budget,
    timer: Arc<dyn Timer>,
}

impl Lookups {
    /// How long a look-up waits for its turn.
    const PATIENCE: Duration = Duration::from_secs(4);
    /// How many may wait, from everywhere and from one address.
    const WAITING: (usize, usize) = (10_000, 2_000);

    /// Half of so many connections, for one address half of that.
    pub fn of(connections: usize, timer: Arc<dyn Timer>) -> Self {
        let (all, each) = Self::WAITING;
        let total = (connections as u64 / 2).max(2);
        Self {
            budget: Budget::new(Limits::parts(total, 2).with_waiting(all, each)),
            timer,
        }
    }

    /// # Errors
    /// [`Error::Overloaded`]: too many wait, or waited too long.
    pub(super) async fn take(&self, origin: Origin) -> Result<Permit> {
        let caller = Caller::Address(origin);
        let patience = self.timer.wait(Self::PATIENCE);
        let taken = self.budget.take(caller, 1, patience).await;
        taken.map_err(|_| Error::Overloaded { retry_after: 1 })
    }
}

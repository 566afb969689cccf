use crate::admission::{Budget, BudgetLimits, Caller, Permit};
use crate::clock::Timer;
use crate::error::{Error, Result};
use crate::limits::Origin;
use std::sync::Arc;
use std::time::Duration;

/// Limits the look-ups of unknown keys and tokens. A good one is looked up even when other clients
/// of the address have sent bad ones. A client that sends many bad ones keeps only a few
/// connections of the database busy.
#[derive(Clone)]
pub struct Lookups {
    budget: Budget,
    timer: Arc<dyn Timer>,
}

impl Lookups {
    /// How long a look-up waits for a permit.
    const PATIENCE: Duration = Duration::from_secs(4);
    /// How many look-ups may wait: of all addresses, and of one address.
    const WAITING: (usize, usize) = (10_000, 2_000);

    /// Uses half of `connections`, at least two, and half of that for one address.
    pub fn of(connections: usize, timer: Arc<dyn Timer>) -> Self {
        let (all, each) = Self::WAITING;
        let total = (connections as u64 / 2).max(2);
        Self {
            budget: Budget::new(BudgetLimits::parts(total, 2).with_waiting(all, each)),
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

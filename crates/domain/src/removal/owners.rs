use super::RemovalStore;
use crate::clock::Clock;
use crate::error::{Error, Result, Unauthenticated};
use crate::id::OwnerId;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The removed owners whose access tokens may still be valid, as far as this instance knows: owners
/// removed here at once, owners removed by other instances after the next look.
pub struct RemovedOwners {
    store: Arc<dyn RemovalStore>,
    clock: Arc<dyn Clock>,
    known: RwLock<HashMap<OwnerId, DateTime<Utc>>>,
}

impl RemovedOwners {
    /// The pause between two looks. Every instance must know of a removal within 30 seconds.
    pub const REST: Duration = Duration::from_secs(10);
    /// The pause after a failed look.
    pub const RETRY: Duration = Duration::from_secs(1);
    /// How long a removal is remembered: longer than an access token is valid, with room for clock
    /// skew.
    const MEMORY: TimeDelta = TimeDelta::hours(2);

    pub fn new(store: Arc<dyn RemovalStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            known: RwLock::default(),
        }
    }

    /// Refuses a removed owner.
    pub fn refuse(&self, owner: OwnerId) -> Result<()> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        match known.contains_key(&owner) {
            false => Ok(()),
            true => Err(Error::Unauthenticated(Unauthenticated::Invalid)),
        }
    }

    pub(super) fn add(&self, owner: OwnerId, at: DateTime<Utc>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(owner, at);
    }

    /// Reads the owners that other instances removed. Owners that were added here meanwhile stay.
    pub async fn look(&self) -> Result<()> {
        let since = self.clock.now() - Self::MEMORY;
        let removed = self.store.removed_since(since).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| *at >= since);
        known.extend(removed);
        Ok(())
    }
}

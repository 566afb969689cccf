use super::{ExternalRemoval, RemovalStore};
use crate::clock::Clock;
use crate::error::{Error, Result, Unauthenticated};
use crate::id::OwnerId;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

/// The removed owners whose access tokens may still be valid, as far as this instance knows: owners
/// removed here at once, owners removed by other instances after the next look.
pub struct RemovedOwners {
    store: Arc<dyn RemovalStore>,
    clock: Arc<dyn Clock>,
    known: RwLock<HashMap<OwnerId, DateTime<Utc>>>,
    /// All removals of external owners, whose tokens may be valid for longer, and who may come back.
    /// `None` before the first look.
    external: RwLock<Option<HashMap<OwnerId, ExternalRemoval>>>,
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
            external: RwLock::default(),
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

    /// The last removal of an external owner, by the owner that they had at first. The outer `None`:
    /// the removals are not known yet, see [`RemovedOwners::know`].
    pub fn returning(&self, first: OwnerId) -> Option<Option<ExternalRemoval>> {
        let external = self.external.read().unwrap_or_else(PoisonError::into_inner);
        external.as_ref().map(|known| known.get(&first).copied())
    }

    pub(super) fn add_external(&self, first: OwnerId, removal: ExternalRemoval) {
        if let Some(known) = self.lock_external().as_mut() {
            remember(known, first, removal);
        }
    }

    /// Reads the removals unless that was done before.
    pub async fn know(&self) -> Result<()> {
        let unknown = self.lock_external().is_none();
        match unknown {
            true => self.look().await,
            false => Ok(()),
        }
    }

    /// Reads the owners that other instances removed. Owners that were added here meanwhile stay.
    pub async fn look(&self) -> Result<()> {
        let since = self.clock.now() - Self::MEMORY;
        let looked = self.lock_external().is_some();
        let removed = self.store.removed_since(since, looked.then_some(since));
        let removed = removed.await?;
        self.remember(since, removed.owners);
        let mut external = self.lock_external();
        let known = external.get_or_insert_default();
        for (first, removal) in removed.external {
            remember(known, first, removal);
        }
        Ok(())
    }

    fn remember(&self, since: DateTime<Utc>, removed: Vec<(OwnerId, DateTime<Utc>)>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| *at >= since);
        known.extend(removed);
    }

    fn lock_external(&self) -> RwLockWriteGuard<'_, Option<HashMap<OwnerId, ExternalRemoval>>> {
        self.external
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the later of two removals.
fn remember(
    known: &mut HashMap<OwnerId, ExternalRemoval>,
    first: OwnerId,
    removal: ExternalRemoval,
) {
    let last = known.entry(first).or_insert(removal);
    if last.removals < removal.removals {
        *last = removal;
    }
}

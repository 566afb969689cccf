use crate::clock::Clock;
use crate::error::{Error, Result, Unauthenticated};
use crate::id::OwnerId;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

/// The stored record of removed owners.
#[async_trait::async_trait]
pub trait RemovalRecord: Send + Sync {
    /// The owners removed since `time`, and the external owners removed since `external`; all of
    /// those where that is `None`.
    async fn removed_since(
        &self,
        time: DateTime<Utc>,
        external: Option<DateTime<Utc>>,
    ) -> Result<Removals>;
}

/// Removals that were read together.
#[derive(Debug, Default)]
pub struct Removals {
    pub owners: Vec<(OwnerId, DateTime<Utc>)>,
    /// By the owner that each external owner had at first. These are remembered for good.
    pub external: Vec<(OwnerId, ExternalRemoval)>,
}

/// The last removal of an external owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExternalRemoval {
    /// How often the owner was removed.
    pub removals: u32,
    pub at: DateTime<Utc>,
}

/// The removed owners whose access tokens may still be valid, as far as this instance knows. It
/// knows owners that it removed itself at once, and those that other instances removed after the
/// next look.
pub struct RemovedOwners {
    store: Arc<dyn RemovalRecord>,
    clock: Arc<dyn Clock>,
    known: RwLock<HashMap<OwnerId, DateTime<Utc>>>,
    /// All removals of external owners, whose tokens may be valid for longer, and who may come back.
    /// `None` before the first look.
    external: RwLock<Option<External>>,
}

/// The known removals of external owners.
struct External {
    removals: HashMap<OwnerId, ExternalRemoval>,
    /// When the last successful look began.
    looked_at: DateTime<Utc>,
}

impl RemovedOwners {
    /// The pause between two looks. Every instance must know of a removal within 30 seconds.
    pub const REST: Duration = Duration::from_secs(10);
    /// The pause after a failed look.
    pub const RETRY: Duration = Duration::from_secs(1);
    /// How long a removal is remembered: longer than an access token is valid, with room for clock
    /// skew.
    const MEMORY: TimeDelta = TimeDelta::hours(2);

    pub fn new(store: Arc<dyn RemovalRecord>, clock: Arc<dyn Clock>) -> Self {
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

    pub(crate) fn add(&self, owner: OwnerId, at: DateTime<Utc>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(owner, at);
    }

    /// The last removal of an external owner, by the owner that they had at first. The outer `None`:
    /// the removals are not known yet, see [`RemovedOwners::know`].
    pub fn returning(&self, first: OwnerId) -> Option<Option<ExternalRemoval>> {
        let external = self.external.read().unwrap_or_else(PoisonError::into_inner);
        external
            .as_ref()
            .map(|known| known.removals.get(&first).copied())
    }

    pub(crate) fn add_external(&self, first: OwnerId, removal: ExternalRemoval) {
        if let Some(known) = self.lock_external().as_mut() {
            remember(&mut known.removals, first, removal);
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
    ///
    /// External owners are read since the last successful look, however long ago that was: their
    /// tokens may be valid for long. Clocks may differ, so this reads from a little before that.
    pub async fn look(&self) -> Result<()> {
        let now = self.clock.now();
        let since = now - Self::MEMORY;
        let looked_at = self.lock_external().as_ref().map(|known| known.looked_at);
        let external_since = looked_at.map(|at| since.min(at - Self::MEMORY));
        let removed = self.store.removed_since(since, external_since).await?;
        self.remember(since, removed.owners);
        let mut external = self.lock_external();
        let known = external.get_or_insert_with(|| External {
            removals: HashMap::new(),
            looked_at: now,
        });
        known.looked_at = now;
        for (first, removal) in removed.external {
            remember(&mut known.removals, first, removal);
        }
        Ok(())
    }

    fn remember(&self, since: DateTime<Utc>, removed: Vec<(OwnerId, DateTime<Utc>)>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| *at >= since);
        known.extend(removed);
    }

    fn lock_external(&self) -> RwLockWriteGuard<'_, Option<External>> {
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

use super::{Preferences, Settings, SettingsChanges, SettingsStore};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::id::OwnerId;
use crate::state::{Checked, Expected};
use crate::usage::UsageGuard;
use std::sync::Arc;

/// The use cases of settings.
pub struct SettingsService {
    pub store: Arc<dyn SettingsStore>,
    pub usage: Arc<UsageGuard>,
    pub clock: Arc<dyn Clock>,
}

impl SettingsService {
    pub async fn get(&self, owner: OwnerId) -> Result<Settings> {
        self.store.find(owner).await
    }

    /// Changes the given fields. Needs storage left if a field may grow.
    pub async fn update(
        &self,
        owner: OwnerId,
        changes: SettingsChanges,
        expected: &Expected,
    ) -> Result<Settings> {
        if !changes.add_nothing() {
            self.usage.check_quota_for_text(owner)?;
        }
        let now = self.clock.now();
        match self.store.update(owner, &changes, expected, now).await? {
            Checked::Done(updated) => updated.ok_or_else(Preferences::too_large),
            Checked::Stale => Err(Error::Stale),
        }
    }
}

use super::{Preferences, Settings, SettingsChanges, SettingsStore};
use crate::clock::Clock;
use crate::error::Result;
use crate::id::OwnerId;
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

    /// Changes the given fields. Needs room for text where something may grow.
    pub async fn update(&self, owner: OwnerId, changes: SettingsChanges) -> Result<Settings> {
        if !changes.add_nothing() {
            self.usage.room_for_text(owner)?;
        }
        let updated = self.store.update(owner, &changes, self.clock.now()).await?;
        updated.ok_or_else(Preferences::too_large)
    }
}

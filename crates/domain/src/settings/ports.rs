use super::{About, Answers, Preferences, Settings, ShortText, Style};
use crate::conversations::Change;
use crate::error::Result;
use crate::id::OwnerId;
use crate::state::{Checked, Expected};
use chrono::{DateTime, Utc};

/// Where settings are kept. Every method is one atomic unit of work of one owner.
#[async_trait::async_trait]
pub trait SettingsStore: Send + Sync {
    /// Empty settings where the owner has never set any.
    async fn find(&self, owner: OwnerId) -> Result<Settings>;

    /// Changes the given fields, and returns the changed settings. `None`: the preferences would
    /// become too large, and the settings were not changed.
    async fn update(
        &self,
        owner: OwnerId,
        changes: &SettingsChanges,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Checked<Option<Settings>>>;
}

/// A person's changes to their settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsChanges {
    pub profile: ProfileChanges,
    pub preferences: PreferencesChange,
    pub use_profile: Change<Option<bool>>,
}

/// Changes of preferences.
#[derive(Clone, Debug, Default)]
pub enum PreferencesChange {
    #[default]
    Keep,
    /// Replaces all of them.
    Set(Preferences),
    /// Replaces these fields, and keeps the others.
    Merge(Preferences),
}

#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    pub nickname: Change<Option<ShortText>>,
    pub occupation: Change<Option<ShortText>>,
    pub about: Change<Option<About>>,
    pub instructions: Change<Option<Answers>>,
    pub style: Change<Option<Style>>,
}

impl ProfileChanges {
    /// Removes the whole profile.
    pub fn clear() -> Self {
        Self {
            nickname: Change::Set(None),
            occupation: Change::Set(None),
            about: Change::Set(None),
            instructions: Change::Set(None),
            style: Change::Set(None),
        }
    }
}

impl SettingsChanges {
    /// Whether the stored settings cannot grow by this.
    pub(super) fn add_nothing(&self) -> bool {
        let profile = &self.profile;
        let is_text = |text: &Option<ShortText>| text.is_some();
        let texts = [
            profile.nickname.or(false, is_text),
            profile.occupation.or(false, is_text),
            profile.about.or(false, Option::is_some),
            profile.instructions.or(false, Option::is_some),
        ];
        let adds = match &self.preferences {
            PreferencesChange::Keep => false,
            PreferencesChange::Set(new) | PreferencesChange::Merge(new) => !new.is_empty(),
        };
        !adds && !texts.contains(&true)
    }
}

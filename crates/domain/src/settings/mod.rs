//! A user's settings: what the models shall know of them, and a client's own preferences.

mod model;
mod ports;
mod service;

pub use model::{About, Answers, Preferences, Profile, Settings, ShortText, Style};
pub use ports::{PreferencesChange, ProfileChanges, SettingsChanges, SettingsStore};
pub use service::SettingsService;

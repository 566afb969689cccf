//! A user's settings: a profile for the models, and preferences of clients.

mod model;
mod ports;
mod service;

pub use model::{About, Answers, Preferences, Profile, Settings, ShortText, Style};
pub use ports::{PreferencesChange, ProfileChanges, SettingsChanges, SettingsStore};
pub use service::SettingsService;

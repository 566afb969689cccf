use super::length::LengthNames;
use super::{Live, ResponseStore};
use crate::clock::{Clock, Ids};
use crate::conversations::ConversationStore;
use crate::items::ItemStore;
use crate::projects::ProjectStore;
use crate::replies::{ModelProvider, ReplyStore};
use crate::settings::SettingsStore;
use crate::turns::TurnService;
use std::sync::Arc;

/// The stores from which responses are made, and into which they go.
pub struct ResponseStores {
    pub responses: Arc<dyn ResponseStore>,
    pub conversations: Arc<dyn ConversationStore>,
    pub items: Arc<dyn ItemStore>,
    pub projects: Arc<dyn ProjectStore>,
    pub replies: Arc<dyn ReplyStore>,
    /// Where the profiles of users are.
    pub settings: Arc<dyn SettingsStore>,
    /// The queue of turns.
    pub queue: Arc<TurnService>,
    /// The responses of this instance that are being written.
    pub live: Arc<Live>,
}

/// The services and settings for responses.
pub(super) struct ResponseDependencies {
    pub(super) provider: Arc<dyn ModelProvider>,
    pub(super) stores: ResponseStores,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) lengths: LengthNames,
    /// The most tokens of context for a model.
    pub(super) context_tokens: usize,
}

use super::TurnStore;
use super::audience::AudienceEvents;
use crate::conversations::{Conversation, ConversationStore};
use crate::error::Result;
use crate::projects::ProjectStore;
use crate::replies::{ChatStream, ReplyStore};
use crate::settings::SettingsStore;
use crate::turns::TurnService;
use std::pin::Pin;
use std::sync::Arc;

/// The stores from which chats read, and into which they write.
pub struct ChatStores {
    pub turns: Arc<dyn TurnStore>,
    pub conversations: Arc<dyn ConversationStore>,
    pub projects: Arc<dyn ProjectStore>,
    pub replies: Arc<dyn ReplyStore>,
    /// Where the profiles of users are.
    pub settings: Arc<dyn SettingsStore>,
    /// The queue of turns.
    pub queue: Arc<TurnService>,
}

/// An answer that has begun.
pub enum Answering {
    /// The answer is not stored, and stops when its reader disconnects.
    Passed(Box<dyn ChatStream>),
    /// The answer goes into a conversation.
    Kept {
        events: AudienceEvents,
        /// Whether older messages did not fit into the model's context.
        is_truncated: bool,
    },
}

/// The creation of an empty conversation.
pub type Making = Pin<Box<dyn Future<Output = Result<Conversation>> + Send>>;

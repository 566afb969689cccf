//! Conversations: the messages of a person and a model, in order.

mod change;
mod first_words;
mod flags;
mod model;
mod ports;
mod service;
mod title;

pub use change::Change;
pub use flags::{FlagChanges, FlagFilter, Flags};
pub use model::{Conversation, Metadata, NewConversation};
pub use ports::{
    ConversationChanges, ConversationList, ConversationStore, ListSort, Opening, Updated,
};
pub use service::{BulkDeletion, ConversationService, CreateConversation};
pub use title::{Title, TitleSource};

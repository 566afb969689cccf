//! Conversations: the messages of a person and a model, in order.

mod first_words;
mod flags;
mod model;
mod ports;
mod service;
mod title;

pub use flags::{FlagChanges, FlagFilter, Flags};
pub use model::{Conversation, Metadata, NewConversation};
pub use ports::{
    Change, ConversationChanges, ConversationList, ConversationStore, ListSort, Opening, Updated,
};
pub use service::{BulkDeletion, ConversationService, CreateConversation};
pub use title::{Title, TitleSource};

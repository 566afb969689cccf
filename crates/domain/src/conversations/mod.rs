//! Conversations: what a person and a model said to each other, in order.

mod first_words;
mod model;
mod ports;
mod service;
mod title;

pub use model::{Conversation, Metadata, NewConversation};
pub use ports::{
    Change, ConversationChanges, ConversationList, ConversationStore, ListSort, Opening, Updated,
};
pub use service::{BulkDeletion, ConversationService, CreateConversation};
pub use title::{Title, TitleSource};

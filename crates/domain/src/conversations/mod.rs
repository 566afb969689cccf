//! Conversations: the messages of a person and a model, in order.

mod bulk;
mod change;
mod first_words;
mod flags;
mod model;
mod ports;
mod service;
mod title;

pub use bulk::BulkDeletion;
pub use change::Change;
pub use flags::{FlagChanges, FlagFilter, Flags};
pub use model::*;
pub use ports::{ConversationList, ConversationStore, ListSort, Opening, Range, Updated};
pub use service::ConversationService;
pub use title::{Title, TitleSource};

//! Conversations: the messages of a person and a model, in order.

mod bulk;
mod change;
mod flags;
mod model;
mod organising;
mod ports;
mod service;
mod tags;

pub use bulk::BulkResult;
pub use change::Change;
pub use flags::{FlagChanges, FlagFilter, Flags};
pub use model::*;
pub use organising::Organising;
pub use ports::{
    ConversationList, ConversationOpening, ConversationStore, IdRange, ListSort, Updated,
};
pub use service::ConversationService;
pub use tags::{TagKey, Tags};

//! Chats: what a client says and what the model replies, stored together.

mod generation;
mod model;
mod ports;
mod service;

pub use generation::{Event, Events, Kept};
pub use model::{CompleteChat, NewMessage, Place};
pub use ports::{StoredTurn, Turn, TurnMessage, TurnStore};
pub use service::{Answering, ChatService, ChatStores};

//! Chats: what a client says and what the model replies, stored together.

mod ports;

pub use ports::{StoredTurn, Turn, TurnMessage, TurnStore};

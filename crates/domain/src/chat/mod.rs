//! Chats: a client's messages and the model's replies, stored together.

mod answer_task;
mod answering;
mod audience;
mod history;
mod keeping;
mod made;
mod model;
mod ports;
mod service;
mod stored_context;

pub use answering::{Answering, ChatStores, Making};
pub use audience::{AudienceEvent, AudienceEvents, CancelledAnswer, KeptTurn};
pub use model::{ChatTarget, CompleteChat, NewMessage, Unkept};
pub use ports::{FinishedTurn, StoredTurn, TurnMessage, TurnStore};
pub use service::ChatService;

//! Replies: what a model is asked, and what becomes of its answer.

mod failure;
mod model;
mod ports;

pub use failure::{ProviderFailure, Refusal, RefusalKind};
pub use model::{Ask, ChatChunk, ChatRequest, Message, Model};
pub use ports::{ChatStream, ModelProvider};

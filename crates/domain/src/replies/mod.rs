//! Replies: what a model is asked, and what becomes of its answer.

mod context;
mod failure;
mod generation;
mod model;
mod ports;
mod service;
mod store;

pub(crate) use context::{Context, Told, longest, tokens};
pub use failure::{ProviderFailure, Refusal, RefusalKind};
pub use generation::{Generation, Progress};
pub use model::{Ask, ChatChunk, ChatRequest, Message, Model, ReplyOptions};
pub use ports::{ChatStream, ModelProvider, Tasks, Work};
pub use service::ReplyService;
pub use store::{BATCH, Generated, Neighbour, Place, Reply, ReplyStore, Stored, Surroundings};

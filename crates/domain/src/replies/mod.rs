//! Replies: the request to a model, and how its answer is stored.

mod context;
mod draft;
mod ending;
mod failure;
mod generation;
mod model;
mod ports;
mod service;
mod store;
mod wanted;
mod writing;

pub(crate) use context::{Context, Told, longest, tokens};
pub use draft::CANCELLED;
pub(crate) use draft::{Draft, Written};
pub use failure::{ProviderFailure, Refusal, RefusalKind, Report};
pub use generation::{Generation, Progress, Seen, Writing};
pub use model::{Ask, ChatChunk, ChatRequest, Message, Model, ReplyOptions};
pub use ports::{ChatStream, ModelProvider};
pub use service::{ReplyPlaces, ReplyService};
pub use store::{
    BATCH, Finished, Generated, Neighbour, PromptContext, Reply, ReplyStore, ReplyTarget, Stored,
};

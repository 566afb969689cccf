//! Replies: the request to a model, and how its answer is stored.

mod calls;
mod context;
mod draft;
mod ending;
mod generation;
mod message;
mod model;
mod ports;
pub mod prompt;
mod request;
mod service;
mod shown;
mod store;
mod tokens;
mod writing;

pub use calls::{content as call, joined, output};
pub(crate) use context::{Context, Told};
pub use draft::CANCELLED;
pub(crate) use draft::{Draft, Written};
pub(crate) use ending::Ending;
pub use generation::{Generation, Progress};
pub use message::{Beside, Call, CallPiece, Message, Shown};
pub use model::{Ask, ChatChunk, ChatRequest, Model, ReplyOptions};
pub use ports::{ChatStream, ModelProvider};
pub use service::{ReplyService, ReplyStores};
pub use store::{
    BATCH, Finished, Generated, Neighbour, PromptContext, Reply, ReplyStore, ReplyTarget, Stored,
};
pub(crate) use tokens::{longest, tokens};

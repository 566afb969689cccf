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
pub(crate) use context::{Context, PromptSource};
pub use draft::CANCELLED;
pub(crate) use draft::{ReplyDraft, WrittenReply};
pub(crate) use ending::ReplyEnding;
pub use generation::{Generation, Progress};
pub use message::{Call, CallPiece, Message, MessageExtra, Shown};
pub use model::{Ask, ChatChunk, ChatRequest, Model, ReplyOptions};
pub use ports::{ChatStream, ModelProvider};
pub use service::{ReplyService, ReplyStores};
pub use store::{
    BATCH, Finished, Generated, Neighbour, PromptContext, Reply, ReplyStore, ReplyTarget,
    StoredReply,
};
pub(crate) use tokens::{longest, tokens};

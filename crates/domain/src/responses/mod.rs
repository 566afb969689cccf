//! Responses: a request to a model with items as its input, and the items that it answers with.
//! Stored responses belong to a conversation, or keep their own items.

mod answer;
mod asking;
mod calls;
mod context;
mod draft;
mod entry;
mod events;
mod length;
mod live;
mod messages;
mod model;
mod needs;
mod output;
mod piece;
mod ports;
mod service;
mod stopping;
mod writing;

pub use answer::ResponseAnswer;
pub use entry::ItemEntry;
pub use events::{EventPlace, Replay, ResponseEvent};
pub use live::{Live, ResponseReader};
pub use model::{
    Continued, CreateResponse, CutBy, Failed, Input, Response, ResponseItems, Status, TokenUsage,
    Truncation,
};
pub use needs::ResponseStores;
pub use output::{Cut, MessagePart, MessagePartKind, OutputContent, OutputItem};
pub use ports::{
    Appending, CancelResult, ChainEntry, Ended, InsertedResponse, ResponseList, ResponseStore,
    StoredResponse,
};
pub use service::ResponseService;

use super::{ChatChunk, ChatRequest, Model};
use crate::admission::Caller;
use crate::error::Result;
use std::pin::Pin;

/// Where models are. Every failure is [`crate::error::Error::Provider`], whatever went wrong, unless
/// it is our own fault.
#[async_trait::async_trait]
pub trait ModelProvider: Send + Sync {
    /// Asks a model, and returns when it has begun to answer. As many requests as the server allows
    /// are under way at once, and as many of one caller as is its share, until their answer is read
    /// to its end or dropped; some more wait for their turn, and any further one is refused as
    /// `Busy`. A provider that cannot be reached, or fails before it has begun, is asked once more.
    async fn chat(&self, caller: Caller, request: ChatRequest) -> Result<Box<dyn ChatStream>>;

    /// The models it has, in its own order.
    async fn models(&self) -> Result<Vec<Model>>;
}

/// An answer that is being given.
#[async_trait::async_trait]
pub trait ChatStream: Send {
    /// The next part; `None` when the answer is complete. One that breaks off, is too long or no
    /// answer at all is a failure.
    async fn next(&mut self) -> Result<Option<ChatChunk>>;
}

/// Work that nobody has to wait for.
pub type Work = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Runs work of the server's own.
pub trait Tasks: Send + Sync {
    /// Begins the work at once and brings it to its end, whoever has asked for it and has left
    /// since; only the end of the server ends it early. A failure that it returns was told to
    /// nobody, and is logged.
    fn start(&self, work: Work);
}

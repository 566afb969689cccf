use super::{ChatChunk, ChatRequest, Model};
use crate::admission::Caller;
use crate::error::Result;

/// The model provider. Every failure is [`crate::error::Error::Provider`], except failures of this
/// server.
#[async_trait::async_trait]
pub trait ModelProvider: Send + Sync {
    /// Asks a model, and returns when the answer has begun. A request holds a permit until its
    /// answer is complete or dropped. The permits and the share of one caller are limited; a
    /// limited number of requests wait for a permit, and any further one fails as `Busy`. If the
    /// provider cannot be reached, or fails before the answer begins, it is asked once more.
    async fn chat(&self, caller: Caller, request: ChatRequest) -> Result<Box<dyn ChatStream>>;

    /// The provider's models, in its own order.
    async fn models(&self) -> Result<Vec<Model>>;
}

/// An answer that is being received.
#[async_trait::async_trait]
pub trait ChatStream: Send {
    /// The next part; `None` when the answer is complete. An answer that breaks off, is too long or
    /// is not an answer at all is a failure.
    async fn next(&mut self) -> Result<Option<ChatChunk>>;
}

//! A streamed answer: server-sent events, in the form that OpenAI's SDKs read.

use super::answer::JsonParts;
use crate::error::ApiError;
use crate::sse::{Events, event};
use futures_util::stream::StreamExt as _;

/// The end of every complete stream. A stream that failed ends without it.
const DONE: &str = "data: [DONE]\n\n";

/// The events of an answer.
pub(super) struct ChatEvents {
    /// `None`: the stream has ended.
    parts: Option<JsonParts>,
}

impl ChatEvents {
    pub(super) fn of(parts: JsonParts) -> Self {
        Self { parts: Some(parts) }
    }
}

/// The next part of the stream.
pub(super) enum NextChunk {
    Json(String),
    End,
}

impl Events for ChatEvents {
    type Part = NextChunk;

    async fn next(&mut self) -> Option<Result<NextChunk, ApiError>> {
        // Only the wait is dropped here: the stream keeps its own state.
        let part = match self.parts.as_mut()?.next().await {
            Some(json) => json.map(NextChunk::Json),
            None => Ok(NextChunk::End),
        };
        if matches!(part, Ok(NextChunk::End) | Err(_)) {
            self.parts = None;
        }
        Some(part)
    }

    fn written(&self, part: NextChunk) -> Result<String, ApiError> {
        Ok(match part {
            NextChunk::Json(json) => event(None, &json),
            NextChunk::End => DONE.to_owned(),
        })
    }

    /// In the shape that SDKs expect.
    fn failed(&self, envelope: &str) -> Result<String, ApiError> {
        Ok(event(None, envelope))
    }
}

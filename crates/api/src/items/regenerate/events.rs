//! A streamed reply, as server-sent events.

use crate::error::ApiError;
use crate::items::ItemBody;
use crate::sse::{Events, event};
use crate::stream::internal;
use domain::replies::{Finished, Generation, Progress};
use serde::Serialize;
use utoipa::ToSchema;

/// A whole reply as a client reads it, for the API's description.
pub(super) const EXAMPLE: &str = r#"event: item.delta
data: {"text":"First, "}

event: item.delta
data: {"text":"write down what you know."}

event: item.completed
data: {"item":{"id":"item_01JFQ2M8X3C4V5B6N7M8K9J0HG","object":"conversation.item","type":"message","parts":null,"role":"assistant","content":"First, write down what you know.","author":{"kind":"owner"},"reasoning":null,"model":"llama3.2","call_id":null,"version":2,"created_at":"2025-12-23T10:00:00.000000Z","updated_at":"2025-12-23T10:05:00.000000Z"},"context_truncated":false,"finish_reason":"stop"}

"#;

#[derive(Serialize)]
struct Delta {
    text: String,
}

#[derive(Serialize)]
struct Completed {
    item: ItemBody,
    context_truncated: bool,
    finish_reason: Option<String>,
}

/// One server-sent event.
#[derive(ToSchema)]
#[schema(as = ItemEvent)]
#[expect(dead_code, reason = "only described; the sent body is text")]
pub(crate) struct EventBody {
    event: EventName,
    /// JSON: `{"text": …}` for a delta of either kind, `{"item": …, "context_truncated": …,
    /// "finish_reason": …}` when the reply is completed, the envelope for an error.
    #[schema(example = "{\"text\":\"Great! \"}")]
    data: String,
}

/// The kind of an event.
#[derive(Clone, Copy, ToSchema)]
#[schema(as = ItemEventName, example = "item.delta")]
enum EventName {
    /// More thoughts of the model.
    #[schema(rename = "item.reasoning_delta")]
    ReasoningDelta,
    /// More text of the reply.
    #[schema(rename = "item.delta")]
    Delta,
    /// The reply was stored. This is the last event.
    #[schema(rename = "item.completed")]
    Completed,
    /// The reply failed, and the conversation is unchanged. This is the last event.
    #[schema(rename = "error")]
    Error,
}

impl EventName {
    fn as_str(self) -> &'static str {
        match self {
            Self::ReasoningDelta => "item.reasoning_delta",
            Self::Delta => "item.delta",
            Self::Completed => "item.completed",
            Self::Error => "error",
        }
    }

    fn with(self, data: &impl Serialize) -> Result<String, ApiError> {
        let data = serde_json::to_string(data).map_err(internal)?;
        Ok(event(Some(self.as_str()), &data))
    }
}

/// The events of a generation.
pub(crate) struct ReplyEvents {
    generation: Generation,
    /// The span of the request, for the log.
    request: tracing::Span,
}

impl ReplyEvents {
    pub(crate) fn of(generation: Generation) -> Self {
        Self {
            generation,
            request: tracing::Span::current(),
        }
    }
}

/// A part of a reply that goes well.
pub(crate) enum ReplyPart {
    Reasoning(String),
    Text(String),
    Completed(Finished),
}

impl Events for ReplyEvents {
    type Part = ReplyPart;

    async fn next(&mut self) -> Option<Result<ReplyPart, ApiError>> {
        Some(match self.generation.next().await? {
            Progress::Reasoning(text) => Ok(ReplyPart::Reasoning(text)),
            Progress::Text(text) => Ok(ReplyPart::Text(text)),
            Progress::Ended(ended) => ended.map(ReplyPart::Completed).map_err(ApiError::from),
        })
    }

    fn written(&self, part: ReplyPart) -> Result<String, ApiError> {
        match part {
            ReplyPart::Reasoning(text) => EventName::ReasoningDelta.with(&Delta { text }),
            ReplyPart::Text(text) => EventName::Delta.with(&Delta { text }),
            ReplyPart::Completed(finished) => EventName::Completed.with(&Completed {
                item: finished.generated.item.into(),
                context_truncated: self.generation.is_context_truncated,
                finish_reason: finished.finish_reason,
            }),
        }
    }

    fn failed(&self, envelope: &str) -> Result<String, ApiError> {
        Ok(event(Some(EventName::Error.as_str()), envelope))
    }
}

/// If the client disconnects before the end, a failure that it did not receive is logged.
impl Drop for ReplyEvents {
    fn drop(&mut self) {
        if let Some(unheard) = self.generation.leave() {
            self.request.in_scope(|| ApiError::from(unheard).log());
        }
    }
}

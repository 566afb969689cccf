//! A streamed reply, as server-sent events.

use crate::error::{About, ApiError, ErrorBody};
use crate::items::ItemBody;
use crate::stream::{Chunks, internal};
use actix_web::HttpResponse;
use actix_web::http::header::HeaderName;
use actix_web::rt::time::timeout;
use domain::replies::{Generation, Progress};
use futures_util::stream;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// The longest silence: proxies close a connection that is silent for too long.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What a client reads of a whole reply, for the API's description.
pub(super) const EXAMPLE: &str = r#"event: item.delta
data: {"text":"First, "}

event: item.delta
data: {"text":"write down what you know."}

event: item.completed
data: {"item":{"id":"item_01JFQ2M8X3C4V5B6N7M8K9J0HG","object":"conversation.item","role":"assistant","content":"First, write down what you know.","author":{"kind":"owner"},"reasoning":null,"model":"llama3.2","call_id":null,"version":2,"created_at":"2025-12-23T10:00:00.000000Z","updated_at":"2025-12-23T10:05:00.000000Z"},"context_truncated":false,"finish_reason":"stop"}

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
pub(crate) struct EventBody {
    event: EventName,
    /// JSON: `{"text": …}` for a delta of either kind, `{"item": …, "context_truncated": …,
    /// "finish_reason": …}` when the reply is completed, the envelope for an error.
    #[schema(example = "{\"text\":\"Great! \"}")]
    data: String,
}

/// The kind of an event.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = ItemEventName, example = "item.delta")]
enum EventName {
    /// More thoughts of the model.
    #[serde(rename = "item.reasoning_delta")]
    ReasoningDelta,
    /// More text of the reply.
    #[serde(rename = "item.delta")]
    Delta,
    /// The reply was stored. This is the last event.
    #[serde(rename = "item.completed")]
    Completed,
    /// The reply failed, and nothing has changed. This is the last event.
    #[serde(rename = "error")]
    Error,
}

impl EventBody {
    fn new(event: EventName, data: &impl Serialize) -> Result<Self, ApiError> {
        let data = serde_json::to_string(data).map_err(internal)?;
        Ok(Self { event, data })
    }

    /// JSON is written without line breaks, so the data is one line.
    fn written(self) -> Vec<u8> {
        let name = match self.event {
            EventName::ReasoningDelta => "item.reasoning_delta",
            EventName::Delta => "item.delta",
            EventName::Completed => "item.completed",
            EventName::Error => "error",
        };
        format!("event: {name}\ndata: {}\n\n", self.data).into_bytes()
    }
}

/// The events of a generation.
pub(crate) struct ReplyEvents {
    generation: Generation,
    about: About,
    /// The span of the request, for the log.
    request: tracing::Span,
}

impl ReplyEvents {
    pub(crate) fn of(generation: Generation, about: About) -> Self {
        Self {
            generation,
            about,
            request: tracing::Span::current(),
        }
    }

    /// Begins the answer with the first piece. A failure that comes before it is a usual error
    /// answer, unless the failure comes late.
    pub(crate) async fn begin(mut self) -> Result<HttpResponse, ApiError> {
        let first = match timeout(KEEP_ALIVE, self.generation.next()).await {
            Ok(Some(Progress::Ended(Err(error)))) => return Err(error.into()),
            Ok(Some(progress)) => self.event(progress)?,
            Ok(None) | Err(_) => keep_alive(),
        };
        let rest = stream::unfold(self, |mut events| async move {
            let next = match timeout(KEEP_ALIVE, events.generation.next()).await {
                Ok(progress) => events.event(progress?),
                Err(_) => Ok(keep_alive()),
            };
            Some((next, events))
        });
        let first = stream::once(std::future::ready(Ok(first)));
        Ok(HttpResponse::Ok()
            .content_type("text/event-stream")
            // nginx would otherwise buffer the events.
            .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
            .streaming(Chunks::of(stream::StreamExt::chain(first, rest))))
    }

    fn event(&self, progress: Progress) -> Result<Vec<u8>, ApiError> {
        let event = match progress {
            Progress::Reasoning(text) => EventBody::new(EventName::ReasoningDelta, &Delta { text }),
            Progress::Text(text) => EventBody::new(EventName::Delta, &Delta { text }),
            Progress::Ended(Ok(finished)) => {
                let completed = Completed {
                    item: finished.generated.item.into(),
                    context_truncated: self.generation.is_context_truncated,
                    finish_reason: finished.finish_reason,
                };
                EventBody::new(EventName::Completed, &completed)
            }
            Progress::Ended(Err(error)) => {
                let error = ApiError::from(error);
                self.request.in_scope(|| error.log());
                let body: ErrorBody = error.body(&self.about);
                EventBody::new(EventName::Error, &body)
            }
        };
        event.map(EventBody::written)
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

/// A comment without content.
fn keep_alive() -> Vec<u8> {
    b": the model is thinking\n\n".to_vec()
}

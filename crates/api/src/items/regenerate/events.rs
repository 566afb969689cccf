//! A reply as it is written, as server-sent events.

use crate::error::{ApiError, ErrorBody};
use crate::items::ItemBody;
use crate::stream::Chunks;
use actix_web::HttpResponse;
use actix_web::http::header::HeaderName;
use actix_web::rt::time::timeout;
use domain::replies::{Generation, Progress};
use futures_util::stream;
use serde::Serialize;
use std::time::Duration;

/// How long nothing may be sent: proxies take a silent connection for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Delta {
    text: String,
}

#[derive(Serialize)]
struct Completed {
    item: ItemBody,
    context_truncated: bool,
}

/// The events of a generation.
pub(super) struct Events {
    generation: Generation,
    request_id: Option<String>,
    /// The request whose answer this is, for the log.
    request: tracing::Span,
}

impl Events {
    pub(super) fn of(generation: Generation, request_id: Option<String>) -> Self {
        Self {
            generation,
            request_id,
            request: tracing::Span::current(),
        }
    }

    /// Begins to answer when there is something to tell. A failure that comes first is an answer of
    /// the usual kind, unless it is long in coming.
    pub(super) async fn begin(mut self) -> Result<HttpResponse, ApiError> {
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
            // nginx would collect the events otherwise.
            .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
            .streaming(Chunks::of(stream::StreamExt::chain(first, rest))))
    }

    fn event(&self, progress: Progress) -> Result<Vec<u8>, ApiError> {
        match progress {
            Progress::Text(text) => event("item.delta", &Delta { text }),
            Progress::Ended(Ok(generated)) => {
                let completed = Completed {
                    item: generated.item.into(),
                    context_truncated: self.generation.is_context_truncated,
                };
                event("item.completed", &completed)
            }
            Progress::Ended(Err(error)) => {
                let error = ApiError::from(error);
                self.request.in_scope(|| error.log());
                let body: ErrorBody = error.body(self.request_id.as_deref());
                event("error", &body)
            }
        }
    }
}

/// A comment, which says nothing.
fn keep_alive() -> Vec<u8> {
    b": the model is thinking\n\n".to_vec()
}

/// JSON has no line breaks of its own, so it is one line of data.
fn event(name: &str, data: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    let mut event = format!("event: {name}\ndata: ").into_bytes();
    serde_json::to_writer(&mut event, data).map_err(crate::stream::internal)?;
    event.extend_from_slice(b"\n\n");
    Ok(event)
}

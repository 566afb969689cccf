//! A streamed answer: server-sent events, in the form that OpenAI's SDKs read.

use super::answer::Parts;
use crate::error::{About, ApiError};
use crate::stream::{Chunks, internal};
use actix_web::http::header::HeaderName;
use actix_web::rt::time::timeout;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::stream::{self, StreamExt as _};
use std::time::Duration;

/// The longest silence: proxies close a connection that is silent for too long.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The end of every complete stream.
const DONE: &str = "data: [DONE]\n\n";

/// The events of an answer.
pub(super) struct EventStream {
    /// `None`: the stream has ended.
    parts: Option<Parts>,
    about: About,
    /// The span of the request, for the log.
    request: tracing::Span,
}

impl EventStream {
    pub(super) fn of(parts: Parts, about: About) -> Self {
        Self {
            parts: Some(parts),
            about,
            request: tracing::Span::current(),
        }
    }

    /// Begins the answer with the first part. A failure that comes before it is a usual error
    /// answer, unless the failure comes late.
    pub(super) async fn begin(
        mut self,
        mut answer: HttpResponseBuilder,
    ) -> Result<HttpResponse, ApiError> {
        let first = match self.part().await {
            Part::Failed(error) => return Err(error),
            part => self.event(part),
        };
        let rest = stream::unfold(self, |mut events| async move {
            events.parts.as_ref()?;
            let part = events.part().await;
            Some((events.event(part), events))
        });
        let first = stream::once(std::future::ready(first));
        Ok(answer
            .content_type("text/event-stream")
            // nginx would otherwise buffer the events.
            .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
            .streaming(Chunks::of(first.chain(rest))))
    }

    async fn part(&mut self) -> Part {
        let Some(parts) = &mut self.parts else {
            return Part::End;
        };
        // Only the wait is dropped here: the stream keeps its own state.
        match timeout(KEEP_ALIVE, parts.next()).await {
            Ok(Some(Ok(json))) => Part::Json(json),
            Ok(Some(Err(error))) => Part::Failed(error),
            Ok(None) => Part::End,
            Err(_) => Part::Silence,
        }
    }

    /// The text of an event. A failure has the shape that SDKs expect, and the stream then ends
    /// without `[DONE]`.
    fn event(&mut self, part: Part) -> Result<Vec<u8>, ApiError> {
        let text = match part {
            Part::Json(json) => event(&json),
            Part::Silence => ": the model is thinking\n\n".to_owned(),
            Part::End => {
                self.parts = None;
                DONE.to_owned()
            }
            Part::Failed(error) => {
                self.parts = None;
                self.request.in_scope(|| error.log());
                let body = error.body(&self.about);
                event(&serde_json::to_string(&body).map_err(internal)?)
            }
        };
        Ok(text.into_bytes())
    }
}

/// The next part of the stream, or its absence.
enum Part {
    Json(String),
    Silence,
    Failed(ApiError),
    End,
}

/// An event. Line breaks between JSON's tokens become spaces, since an event's data has none.
fn event(json: &str) -> String {
    format!("data: {}\n\n", json.replace(['\n', '\r'], " "))
}

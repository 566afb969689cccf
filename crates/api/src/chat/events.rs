//! An answer as it is written: server-sent events, in the form in which OpenAI's SDKs read them.

use super::answer::Parts;
use crate::error::{About, ApiError};
use crate::stream::{Chunks, internal};
use actix_web::http::header::HeaderName;
use actix_web::rt::time::timeout;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::stream::{self, StreamExt as _};
use std::time::Duration;

/// How long nothing may be sent: proxies take a silent connection for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What ends every stream that came to its end.
const DONE: &str = "data: [DONE]\n\n";

/// The events of an answer.
pub(super) struct Events {
    /// `None`: nothing comes any more.
    parts: Option<Parts>,
    about: About,
    /// The request whose answer this is, for the log.
    request: tracing::Span,
}

impl Events {
    pub(super) fn of(parts: Parts, about: About) -> Self {
        Self {
            parts: Some(parts),
            about,
            request: tracing::Span::current(),
        }
    }

    /// Begins to answer when there is something to tell. A failure that comes first is an answer of
    /// the usual kind, unless it is long in coming.
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
            // nginx would collect the events otherwise.
            .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
            .streaming(Chunks::of(first.chain(rest))))
    }

    async fn part(&mut self) -> Part {
        let Some(parts) = &mut self.parts else {
            return Part::End;
        };
        // What is given up here is the wait alone: what is under way stays in the stream.
        match timeout(KEEP_ALIVE, parts.next()).await {
            Ok(Some(Ok(json))) => Part::Json(json),
            Ok(Some(Err(error))) => Part::Failed(error),
            Ok(None) => Part::End,
            Err(_) => Part::Silence,
        }
    }

    /// What the client is sent. A failure is told in the shape in which SDKs look for it, and then
    /// the word that all is well is missing.
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

/// What comes next, or does not.
enum Part {
    Json(String),
    Silence,
    Failed(ApiError),
    End,
}

/// An event. Between JSON's tokens a line break is white space, which an event's data may not have.
fn event(json: &str) -> String {
    format!("data: {}\n\n", json.replace(['\n', '\r'], " "))
}

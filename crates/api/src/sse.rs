//! Server-sent events: how every stream begins, is kept alive, and reports its failure.

use crate::error::{About, ApiError};
use crate::memory::{AnswerPart, StreamMemory};
use crate::stream::Chunks;
use actix_web::http::header::HeaderName;
use actix_web::rt::time::timeout;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream::{self, StreamExt as _};
use std::time::Duration;

/// The longest silence: proxies close a connection that is silent for too long.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// An event with more bytes takes separate memory until the client has taken it. Smaller ones are
/// covered by what each stream has.
const LARGE: usize = 64 * 1024;

/// A comment, which clients skip.
const SILENCE: &str = ": the model is thinking\n\n";

/// The events of one answer.
pub(crate) trait Events: 'static {
    type Part;

    /// The next part; `None` after the last one. If the wait is dropped, no part is lost.
    async fn next(&mut self) -> Option<Result<Self::Part, ApiError>>;

    /// The bytes of an event whose memory the stream has already.
    fn covered(&self) -> usize {
        0
    }

    /// The text of a part's event.
    ///
    /// # Errors
    /// The part cannot be written as JSON. The answer breaks off.
    fn written(&self, part: Self::Part) -> Result<String, ApiError>;

    /// The text of the event that reports a failure, which is the last one.
    ///
    /// # Errors
    /// As of [`Events::written`].
    fn failed(&self, envelope: &str) -> Result<String, ApiError>;
}

/// Begins the answer with the first part. A failure that comes before it is a usual error answer,
/// unless the failure comes late.
pub(crate) async fn begin<E: Events>(
    mut events: E,
    request: &HttpRequest,
    mut answer: HttpResponseBuilder,
) -> Result<HttpResponse, ApiError> {
    let (about, memory) = (About::of(request), StreamMemory::of(request));
    let first = match timeout(KEEP_ALIVE, events.next()).await {
        Ok(Some(Err(error))) => return Err(error),
        Ok(Some(Ok(part))) => events.written(part)?,
        Ok(None) | Err(_) => SILENCE.to_owned(),
    };
    // Of the request, for the log.
    let span = tracing::Span::current();
    let first = part(first, &memory, events.covered()).await?;
    let state = (events, about, span, memory);
    let rest = stream::unfold(state, |(mut events, about, span, memory)| async {
        let text = match timeout(KEEP_ALIVE, events.next()).await {
            Ok(part) => match part? {
                Ok(part) => events.written(part),
                Err(error) => {
                    span.in_scope(|| error.log());
                    events.failed(&error.body(&about))
                }
            },
            Err(_) => Ok(SILENCE.to_owned()),
        };
        let part = match text {
            Ok(text) => part(text, &memory, events.covered()).await,
            Err(error) => Err(error),
        };
        Some((part, (events, about, span, memory)))
    });
    let first = stream::once(std::future::ready(Ok(first)));
    Ok(answer
        .content_type("text/event-stream")
        // nginx would otherwise buffer the events.
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
        .streaming(Chunks::of(first.chain(rest))))
}

/// The text of an event, and its memory.
async fn part(text: String, memory: &StreamMemory, covered: usize) -> Result<AnswerPart, ApiError> {
    let memory = match text.len() > LARGE.max(covered) {
        true => memory.of_event(text.len()).await?,
        false => None,
    };
    Ok(AnswerPart::new(text.into_bytes(), memory))
}

/// An event of this kind, with JSON as its data. An event's data has no line breaks; those between
/// JSON's tokens become spaces.
pub(crate) fn event(kind: Option<&str>, json: &str) -> String {
    let data = json.replace(['\n', '\r'], " ");
    match kind {
        Some(kind) => format!("event: {kind}\ndata: {data}\n\n"),
        None => format!("data: {data}\n\n"),
    }
}

//! A response as a stream of events.

use super::events::written;
use crate::error::ApiError;
use crate::found::{owner, service};
use crate::memory::{StreamMemory, Taken, needs_nothing};
use crate::sse::{self, event};
use crate::stream::internal;
use actix_web::rt::time::sleep;
use actix_web::{HttpRequest, HttpResponse};
use domain::error::Error;
use domain::id::{OwnerId, ResponseId};
use domain::responses::{ResponseEvent, ResponseReader, ResponseService, Status};
use std::time::Duration;
use tokio::task::yield_now;

/// The pause before another look at a response that another instance writes.
const LOOK: Duration = Duration::from_millis(300);

/// The most events that are skipped before the task yields to other connections of this worker.
const MOST_SKIPPED: u32 = 1_000;

/// The end of every complete stream.
const DONE: &str = "data: [DONE]\n\n";

/// The events of a response.
struct ResponseEvents {
    following: Option<ResponseReader>,
    /// Only later events are sent.
    after: Option<u64>,
    /// The number of the last event.
    last: u64,
    is_over: bool,
    /// Where another instance writes the response: how to look again.
    elsewhere: Option<Elsewhere>,
    memory: StreamMemory,
    /// The memory of a response that is read here alone.
    held: Option<Taken>,
}

struct Elsewhere {
    service: actix_web::web::Data<ResponseService>,
    owner: OwnerId,
    id: ResponseId,
}

impl Elsewhere {
    /// Waits until the response has ended.
    async fn ended(&self) -> Result<ResponseReader, ApiError> {
        loop {
            if let Some(following) = self.service.follow(self.owner, self.id).await? {
                return Ok(following);
            }
            sleep(LOOK).await;
        }
    }
}

impl sse::Events for ResponseEvents {
    type Part = String;

    async fn next(&mut self) -> Option<Result<String, ApiError>> {
        if self.is_over {
            return None;
        }
        if self.following.is_none()
            && let Some(elsewhere) = &self.elsewhere
        {
            let begun = async {
                let following = elsewhere.ended().await?;
                let held = held(&following, &self.memory).await?;
                Ok((following, held))
            };
            match begun.await {
                Ok((following, held)) => {
                    self.following = Some(following);
                    self.held = held;
                }
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        let following = self.following.as_mut()?;
        let mut skipped = 0_u32;
        loop {
            let Some((number, event)) = following.next().await else {
                self.is_over = true;
                return Some(match following.has_ended() {
                    true => Ok(DONE.to_owned()),
                    false => Err(Error::Internal("the response was abandoned".into()).into()),
                });
            };
            let number = match self.after {
                Some(after) if number <= after && !is_end(following, &event, number, after) => {
                    skipped += 1;
                    if skipped.is_multiple_of(MOST_SKIPPED) {
                        yield_now().await;
                    }
                    continue;
                }
                Some(after) => number.max(after + 1),
                None => number,
            };
            self.last = number;
            let (name, data) = written(&following.response(), number, &event);
            return Some(Ok(sse::event(Some(name), &data)));
        }
    }

    fn written(&self, part: String) -> Result<String, ApiError> {
        Ok(part)
    }

    /// An event of a response that has ended is hardly longer than the response.
    fn covered(&self) -> usize {
        self.held.as_ref().map_or(0, |held| {
            usize::try_from(held.bytes()).unwrap_or(usize::MAX)
        })
    }

    /// Flat for one SDK, nested for the other.
    fn failed(&self, envelope: &str) -> Result<String, ApiError> {
        let failure: serde_json::Value = serde_json::from_str(envelope).map_err(internal)?;
        let error = failure.get("error").cloned().unwrap_or_default();
        let data = serde_json::json!({
            "type": "error",
            "sequence_number": self.last + 1,
            "code": error.get("code"),
            "message": error.get("message"),
            "param": error.get("param"),
            "error": error,
        });
        Ok(event(Some("error"), &data.to_string()))
    }
}

/// Whether this is the end of a response, and the reader does not know it yet. A response that lost
/// text has fewer events than the reader may have seen: its server was killed, or an item of it was deleted.
fn is_end(following: &ResponseReader, event: &ResponseEvent, number: u64, after: u64) -> bool {
    let is_whole = || {
        let response = following.response();
        let is_kept = matches!(response.status, Status::Completed | Status::Incomplete);
        is_kept && response.deleted.is_empty()
    };
    *event == ResponseEvent::Ended && !(number == after && is_whole())
}

/// The memory of a response that has ended, and of its longest event: each of its readers has a
/// copy. A response that is being written exists once.
async fn held(
    following: &ResponseReader,
    memory: &StreamMemory,
) -> Result<Option<Taken>, ApiError> {
    let bytes = {
        let response = following.response();
        response.has_ended().then(|| 2 * response.bytes())
    };
    match bytes {
        Some(bytes) => memory.of_all(bytes).await,
        None => Ok(None),
    }
}

/// Answers with the events that follow.
pub(super) async fn begin(
    request: &HttpRequest,
    following: ResponseReader,
) -> Result<HttpResponse, ApiError> {
    let events = ResponseEvents {
        following: Some(following),
        after: None,
        last: 0,
        is_over: false,
        elsewhere: None,
        memory: StreamMemory::of(request),
        held: None,
    };
    sse::begin(events, request, HttpResponse::Ok()).await
}

/// Answers with the events of a stored response, after the one with this number.
pub(super) async fn retrieve(
    request: &HttpRequest,
    owner: OwnerId,
    id: ResponseId,
    after: Option<u64>,
) -> Result<HttpResponse, ApiError> {
    let service = service::<ResponseService>(request)?;
    let following = service.follow(owner, id).await?;
    let memory = StreamMemory::of(request);
    // Readers that hold a little and wait for more would wait for each other.
    needs_nothing(request);
    let held = match &following {
        Some(following) => held(following, &memory).await?,
        None => None,
    };
    let events = ResponseEvents {
        following,
        after,
        last: 0,
        is_over: false,
        elsewhere: Some(Elsewhere { service, owner, id }),
        memory,
        held,
    };
    sse::begin(events, request, HttpResponse::Ok()).await
}

/// Answers a repeated request for a stream, from the first event.
pub(crate) async fn replayed(
    request: &HttpRequest,
    id: ResponseId,
) -> Result<HttpResponse, ApiError> {
    retrieve(request, owner(request)?, id, None).await
}

//! A response as a stream of events.

use super::events::written;
use crate::error::{About, ApiError, ErrorBody};
use crate::replays::found::{owner, service};
use crate::sse::{self, event};
use crate::stream::internal;
use actix_web::rt::time::sleep;
use actix_web::{HttpRequest, HttpResponse};
use domain::error::Error;
use domain::id::{OwnerId, ResponseId};
use domain::responses::{Following, ResponseService};
use std::time::Duration;

/// The pause before another look at a response that another instance writes.
const LOOK: Duration = Duration::from_millis(300);

/// The end of every complete stream.
const DONE: &str = "data: [DONE]\n\n";

/// The events of a response.
struct ResponseEvents {
    following: Option<Following>,
    /// Only later events are sent.
    after: Option<u64>,
    /// The number of the last event.
    last: u64,
    is_over: bool,
    /// Where another instance writes the response: how to look again.
    elsewhere: Option<Elsewhere>,
}

struct Elsewhere {
    service: actix_web::web::Data<ResponseService>,
    owner: OwnerId,
    id: ResponseId,
}

impl Elsewhere {
    /// Waits until the response has ended.
    async fn ended(&self) -> Result<Following, ApiError> {
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
            match elsewhere.ended().await {
                Ok(following) => self.following = Some(following),
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        let following = self.following.as_mut()?;
        loop {
            let Some((number, event)) = following.next().await else {
                self.is_over = true;
                return Some(match following.has_ended() {
                    true => Ok(DONE.to_owned()),
                    false => Err(Error::Internal("the response was abandoned".into()).into()),
                });
            };
            self.last = number;
            if self.after.is_some_and(|after| number <= after) {
                continue;
            }
            let (name, data) = written(&following.response(), number, &event);
            return Some(Ok(sse::event(Some(name), &data)));
        }
    }

    fn written(&self, part: String) -> Result<String, ApiError> {
        Ok(part)
    }

    /// Flat for one SDK, nested for the other.
    fn failed(&self, failure: ErrorBody) -> Result<String, ApiError> {
        let failure = serde_json::to_value(&failure).map_err(internal)?;
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

/// Answers with the events that follow.
pub(super) async fn begin(
    request: &HttpRequest,
    following: Following,
) -> Result<HttpResponse, ApiError> {
    let events = ResponseEvents {
        following: Some(following),
        after: None,
        last: 0,
        is_over: false,
        elsewhere: None,
    };
    sse::begin(events, About::of(request), HttpResponse::Ok()).await
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
    let events = ResponseEvents {
        following,
        after,
        last: 0,
        is_over: false,
        elsewhere: Some(Elsewhere { service, owner, id }),
    };
    sse::begin(events, About::of(request), HttpResponse::Ok()).await
}

/// Answers a repeated request for a stream, from the first event.
pub(crate) async fn told_again(
    request: &HttpRequest,
    id: ResponseId,
) -> Result<HttpResponse, ApiError> {
    retrieve(request, owner(request)?, id, None).await
}

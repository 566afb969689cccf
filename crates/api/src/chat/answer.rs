//! The form of an answer for clients: OpenAI's objects, extended by the conversation.

use super::Fields;
use crate::disconnect::Presence;
use crate::error::{ApiError, passed};
use crate::stream::internal;
use domain::chat::{AudienceEvent, AudienceEvents, CancelledAnswer, KeptTurn};
use domain::error::Error;
use domain::error::ProviderFailure;
use domain::replies::{CANCELLED, ChatStream};
use domain::title::Title;
use futures_util::stream::{self, LocalBoxStream, StreamExt as _};
use serde_json::json;
use serde_json::value::to_raw_value;

/// An answer, part by part: JSON objects of OpenAI's API.
pub(super) type JsonParts = LocalBoxStream<'static, Result<String, ApiError>>;

/// A whole completion that is not stored, as the provider sent it.
pub(super) async fn whole(mut answer: Box<dyn ChatStream>) -> Result<String, ApiError> {
    match answer.next().await.map_err(passed)? {
        Some(completion) => Ok(completion.json),
        None => Err(failed("it was empty.")),
    }
}

/// A whole completion that is stored.
pub(super) async fn whole_kept(mut events: AudienceEvents) -> Result<String, ApiError> {
    loop {
        match events.next().await {
            Some(AudienceEvent::Chunk(_)) => {}
            Some(AudienceEvent::Kept(kept)) => return with_conversation(&kept, false),
            Some(AudienceEvent::Failed(error)) => return Err(passed(error)),
            None => return Err(interrupted()),
        }
    }
}

/// The parts of an answer that is not stored. It ends when they are dropped, or the client
/// disconnects.
pub(super) fn parts(answer: Box<dyn ChatStream>, presence: Presence) -> JsonParts {
    stream::try_unfold((answer, presence), |(mut answer, presence)| async move {
        let next = async { answer.next().await.map_err(passed) };
        let next = presence.during(next).await?;
        Ok(next.map(|chunk| (chunk.json, (answer, presence))))
    })
    .boxed_local()
}

/// A client that reads an answer. If it disconnects before the end, a failure that it did not
/// receive is logged.
struct Listener {
    events: AudienceEvents,
    /// The span of the request, for the log.
    request: tracing::Span,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(unheard) = self.events.leave() {
            self.request.in_scope(|| passed(unheard).log());
        }
    }
}

/// The parts of a stored answer; the last one contains the conversation.
pub(super) fn parts_kept(events: AudienceEvents) -> JsonParts {
    let request = tracing::Span::current();
    stream::try_unfold(Some(Listener { events, request }), |listener| async move {
        let Some(mut listener) = listener else {
            return Ok(None);
        };
        match listener.events.next().await {
            Some(AudienceEvent::Chunk(json)) => Ok(Some((json, Some(listener)))),
            Some(AudienceEvent::Kept(kept)) => Ok(Some((with_conversation(&kept, true)?, None))),
            Some(AudienceEvent::Failed(error)) => Err(passed(error)),
            None => Err(interrupted()),
        }
    })
    .boxed_local()
}

/// The last part of an answer, with its conversation.
fn with_conversation(kept: &KeptTurn, is_streamed: bool) -> Result<String, ApiError> {
    let own = || match &kept.cancelled {
        Some(cancelled) => ended(kept, cancelled, is_streamed),
        None => json!({ "object": "chat.completion.chunk", "choices": [] }).to_string(),
    };
    let last = kept.last.clone().unwrap_or_else(own);
    let mut fields = Fields::parse(&last).map_err(internal)?;
    let conversation = json!({
        "id": kept.conversation.to_string(),
        "title": kept.title.as_ref().map(Title::as_str),
    });
    let conversation = to_raw_value(&conversation).map_err(internal)?;
    fields.set("conversation", conversation);
    serde_json::to_string(&fields).map_err(internal)
}

/// The last part of a cancelled answer; the whole answer, where it was not streamed.
fn ended(kept: &KeptTurn, cancelled: &CancelledAnswer, is_streamed: bool) -> String {
    let (object, said, text) = match is_streamed {
        true => ("chat.completion.chunk", "delta", None),
        false => ("chat.completion", "message", Some(cancelled.text.as_str())),
    };
    let said_by = match text {
        Some(text) => json!({ "role": "assistant", "content": text }),
        None => json!({}),
    };
    json!({
        "id": format!("chatcmpl-{}", kept.conversation.ulid()),
        "object": object,
        "created": cancelled.at.timestamp(),
        "model": cancelled.model.as_deref().unwrap_or_default(),
        "choices": [{ "index": 0, said: said_by, "finish_reason": CANCELLED }],
    })
    .to_string()
}

fn interrupted() -> ApiError {
    failed("the answer was interrupted; the conversation shows whether it was stored.")
}

fn failed(what: &str) -> ApiError {
    Error::from(ProviderFailure::failed(what)).into()
}

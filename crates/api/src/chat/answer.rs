//! What a client gets to see of an answer: OpenAI's objects, and the conversation with them.

use super::Fields;
use crate::error::{ApiError, ErrorBody, passed};
use crate::stream::internal;
use domain::chat::{Event, Events, Kept};
use domain::conversations::Title;
use domain::error::Error;
use domain::replies::{ChatStream, ProviderFailure};
use futures_util::stream::{self, Stream};
use serde_json::json;
use serde_json::value::to_raw_value;

/// The end of every stream of OpenAI's.
const DONE: &str = "data: [DONE]\n\n";

/// A whole completion that is kept nowhere, as the provider sent it.
pub(super) async fn whole(mut answer: Box<dyn ChatStream>) -> Result<String, ApiError> {
    match answer.next().await.map_err(passed)? {
        Some(completion) => Ok(completion.json),
        None => Err(Error::from(ProviderFailure::failed("it said nothing.")).into()),
    }
}

/// A whole completion that is kept.
pub(super) async fn whole_kept(mut events: Events) -> Result<String, ApiError> {
    loop {
        match events.next().await {
            Some(Event::Chunk(_)) => {}
            Some(Event::Kept(kept)) => return with_conversation(&kept),
            Some(Event::Failed(error)) => return Err(passed(error)),
            None => return Err(interrupted()),
        }
    }
}

/// What is left of an answer that is streamed, and what it is to begin with: its first part is
/// waited for, so that what fails before it is an ordinary failure.
pub(super) struct Streamed<A> {
    answer: A,
    first: Option<Text>,
    request_id: Option<String>,
}

/// A piece of a stream, and whether it is the last.
pub(super) struct Text {
    text: String,
    is_last: bool,
}

/// An answer, piece by piece.
pub(super) trait Pieces {
    async fn piece(&mut self) -> Result<Text, ApiError>;
}

impl Pieces for Box<dyn ChatStream> {
    async fn piece(&mut self) -> Result<Text, ApiError> {
        Ok(match self.next().await.map_err(passed)? {
            Some(chunk) => Text {
                text: event(&chunk.json),
                is_last: false,
            },
            None => Text {
                text: DONE.to_owned(),
                is_last: true,
            },
        })
    }
}

impl Pieces for Events {
    async fn piece(&mut self) -> Result<Text, ApiError> {
        match self.next().await {
            Some(Event::Chunk(json)) => Ok(Text {
                text: event(&json),
                is_last: false,
            }),
            Some(Event::Kept(kept)) => Ok(Text {
                text: format!("{}{DONE}", event(&with_conversation(&kept)?)),
                is_last: true,
            }),
            Some(Event::Failed(error)) => Err(passed(error)),
            None => Err(interrupted()),
        }
    }
}

impl<A: Pieces + 'static> Streamed<A> {
    pub(super) async fn begin(mut answer: A, request_id: Option<String>) -> Result<Self, ApiError> {
        let first = answer.piece().await?;
        Ok(Self {
            answer,
            first: Some(first),
            request_id,
        })
    }

    /// The events. A failure is one as well, in the shape in which OpenAI's SDKs look for it, and
    /// then the stream ends without the word that all is well.
    pub(super) fn stream(self) -> impl Stream<Item = Result<Vec<u8>, ApiError>> + 'static {
        stream::unfold(Some(self), |streamed| async move {
            let mut streamed = streamed?;
            let next = match streamed.first.take() {
                Some(first) => Ok(first),
                None => streamed.answer.piece().await,
            };
            match next {
                Ok(Text { text, is_last }) => {
                    let rest = (!is_last).then_some(streamed);
                    Some((Ok(text.into_bytes()), rest))
                }
                Err(error) => {
                    error.log();
                    let body = ErrorBody::new(&error, streamed.request_id.as_deref());
                    let text = serde_json::to_string(&body).map_err(internal);
                    Some((text.map(|text| event(&text).into_bytes()), None))
                }
            }
        })
    }
}

/// A server-sent event. Between JSON's tokens, a line break is white space, which no event may have.
fn event(json: &str) -> String {
    format!("data: {}\n\n", json.replace(['\n', '\r'], " "))
}

/// The last part of an answer, with where it is kept.
fn with_conversation(kept: &Kept) -> Result<String, ApiError> {
    let own = || json!({ "object": "chat.completion.chunk", "choices": [] }).to_string();
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

fn interrupted() -> ApiError {
    let what = "the answer was interrupted; the conversation shows whether it was stored.";
    Error::from(ProviderFailure::failed(what)).into()
}

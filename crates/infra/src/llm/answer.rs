use super::bytes::{Broken, Limits, read};
use super::settings::ApiKey;
use super::wire;
use bytes::Bytes;
use domain::admission::Permit;
use domain::error::Result;
use domain::replies::{ChatChunk, ChatStream, ProviderFailure};
use futures_util::stream::{BoxStream, Stream, StreamExt as _, TryStreamExt as _};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use sse_stream::SseByteStream;
use std::time::Duration;
use tokio::time::timeout;

/// How long the provider may take to say that it has said everything, once its reply has ended.
const GOODBYE: Duration = Duration::from_secs(2);

/// What ends a stream of OpenAI's.
const DONE: &str = "[DONE]";

/// An answer that is being given. Its place is free for the next request when it is dropped.
pub(super) struct Answer {
    body: Body,
    key: Option<ApiKey>,
    /// Whether chunks were asked for.
    streamed: bool,
    begun: bool,
    finished: bool,
    _place: Permit,
}

enum Body {
    Events(SseByteStream<BoxStream<'static, std::result::Result<Bytes, Broken>>>),
    Whole(Option<BoxStream<'static, std::result::Result<Bytes, Broken>>>),
}

impl Answer {
    /// `streamed`: whether events were asked for. A server that cannot stream answers with a whole
    /// completion all the same, which is then the only chunk.
    pub(super) fn new(
        response: Response,
        streamed: bool,
        silence: Duration,
        key: Option<ApiKey>,
        place: Permit,
    ) -> Self {
        let kind = response.headers().get(CONTENT_TYPE);
        let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let body = if streamed && !is_json {
            let bytes = read(response, Limits::streamed(silence)).boxed();
            Body::Events(SseByteStream::new(bytes))
        } else {
            Body::Whole(Some(read(response, Limits::whole(silence)).boxed()))
        };
        Self {
            body,
            key,
            streamed,
            begun: false,
            finished: false,
            _place: place,
        }
    }

    async fn event(&mut self) -> std::result::Result<Option<ChatChunk>, ProviderFailure> {
        let Body::Events(events) = &mut self.body else {
            return Ok(None);
        };
        loop {
            let next = match self.finished {
                false => events.next().await,
                // What comes after the end is told if it comes at once, and not waited for.
                true => timeout(GOODBYE, events.next()).await.unwrap_or_default(),
            };
            let event = match next {
                None | Some(Err(_)) if self.finished => return Ok(None),
                None => return Err(ended(self.begun)),
                Some(Err(error)) => return Err(broken(&error)),
                Some(Ok(event)) => event,
            };
            match event.data {
                None => {}
                Some(data) if data.trim() == DONE => {
                    self.finished = true;
                    return match self.begun {
                        true => Ok(None),
                        false => Err(rubbish()),
                    };
                }
                Some(data) => {
                    let chunk = wire::chunk(data, self.key.as_ref());
                    let chunk = match chunk.and_then(|chunk| chunk.ok_or_else(rubbish)) {
                        Ok(chunk) => chunk,
                        // The reply is complete: nothing that comes later takes it back.
                        Err(_) if self.finished => return Ok(None),
                        Err(failure) => return Err(failure),
                    };
                    self.begun = true;
                    self.finished |= chunk.finish_reason.is_some();
                    return Ok(Some(chunk));
                }
            }
        }
    }
}

#[async_trait::async_trait]
impl ChatStream for Answer {
    async fn next(&mut self) -> Result<Option<ChatChunk>> {
        let Body::Whole(whole) = &mut self.body else {
            return Ok(self.event().await?);
        };
        let Some(bytes) = whole.take() else {
            return Ok(None);
        };
        let json = String::from_utf8(collect(bytes).await?).map_err(|_| rubbish())?;
        let chunk = wire::chunk(json, self.key.as_ref())?.ok_or_else(rubbish)?;
        Ok(Some(match self.streamed {
            false => chunk,
            true => ChatChunk {
                json: wire::whole_as_chunk(&chunk.json).ok_or_else(rubbish)?,
                ..chunk
            },
        }))
    }
}

/// All that a stream of bytes holds.
pub(super) async fn collect(
    bytes: impl Stream<Item = std::result::Result<Bytes, Broken>>,
) -> std::result::Result<Vec<u8>, ProviderFailure> {
    let whole = bytes.try_fold(Vec::new(), |mut whole, piece| {
        whole.extend_from_slice(&piece);
        std::future::ready(Ok(whole))
    });
    whole.await.map_err(|broken| broken.failure())
}

fn rubbish() -> ProviderFailure {
    ProviderFailure::failed("its answer is not one of OpenAI's API.")
}

/// An answer that ended without an end.
fn ended(begun: bool) -> ProviderFailure {
    match begun {
        true => ProviderFailure::failed("its answer broke off."),
        false => rubbish(),
    }
}

fn broken(error: &sse_stream::Error) -> ProviderFailure {
    match error {
        sse_stream::Error::Body(source) => source
            .downcast_ref::<Broken>()
            .map_or_else(rubbish, Broken::failure),
        _ => rubbish(),
    }
}

use super::bytes::{Broken, Limits, collect, read};
use super::events::{ByteStream, CUT, events};
use super::failure;
use super::kind::{self, Kind, kind};
use super::reply::Reply;
use super::settings::ApiKey;
use super::wire;
use bytes::Bytes;
use domain::admission::Permit;
use domain::error::Result;
use domain::replies::{ChatChunk, ChatStream, ProviderFailure};
use futures_util::stream::{self, StreamExt as _};
use reqwest::Response;
use serde_json::value::RawValue;
use sse_stream::{Sse, SseByteStream};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::timeout;

/// How long the provider may take to close the stream after its reply has ended.
const GOODBYE: Duration = Duration::from_secs(2);

/// The first bytes of gzip data.
const GZIP: &[u8] = b"\x1f\x8b";

/// The end of an OpenAI stream.
const DONE: &str = "[DONE]";

/// Data that servers send in place of a chunk to keep the connection alive.
const SIGNS_OF_LIFE: [&str; 5] = ["{}", "[]", "null", "ping", "keepalive"];

/// A chunk without content.
const NOTHING: &str = r#"{"object":"chat.completion.chunk","choices":[]}"#;

type Outcome<T> = std::result::Result<T, ProviderFailure>;

/// An answer that is being received. Dropping it frees its place at the provider.
pub(super) struct Answer {
    body: Body,
    key: Option<ApiKey>,
    /// Whether chunks were requested.
    streamed: bool,
    begun: bool,
    reply: Reply,
    /// Whether the last value was a whole completion.
    is_whole: bool,
    /// Chunks that were read and not returned yet.
    ready: VecDeque<ChatChunk>,
    _place: Permit,
}

enum Body {
    /// The kind is detected from the first bytes, since the servers' own declaration is often
    /// wrong.
    Unseen {
        bytes: ByteStream,
        seen: Vec<u8>,
    },
    Events(SseByteStream<ByteStream>),
    Json(ByteStream),
    Read,
}

impl Answer {
    /// `streamed`: whether events were requested. A server that cannot stream sends a whole
    /// completion all the same, which becomes the only chunk. A server that always streams sends
    /// events, which are joined into one completion.
    pub(super) fn new(
        response: Response,
        streamed: bool,
        silence: Duration,
        key: Option<ApiKey>,
        place: Permit,
    ) -> Self {
        let limits = match streamed {
            true => Limits::streamed(silence),
            false => Limits::whole(silence),
        };
        Self::of(read(response, limits).boxed(), streamed, key, place)
    }

    fn of(bytes: ByteStream, streamed: bool, key: Option<ApiKey>, place: Permit) -> Self {
        Self {
            body: Body::Unseen {
                bytes,
                seen: Vec::new(),
            },
            key,
            streamed,
            begun: false,
            reply: Reply::default(),
            is_whole: false,
            ready: VecDeque::new(),
            _place: place,
        }
    }

    /// Reads the next piece. Dropping the future loses nothing.
    async fn read(&mut self) -> Outcome<()> {
        match &mut self.body {
            Body::Unseen { bytes, seen } => match kind(seen) {
                Some(kind) => self.begin(kind)?,
                None if seen.len() > kind::MOST => return Err(blank()),
                None => match bytes.next().await {
                    Some(Ok(piece)) => seen.extend_from_slice(&piece),
                    Some(Err(broken)) => return Err(broken.failure()),
                    None if seen.trim_ascii().is_empty() => return Err(ended(false)),
                    None => self.begin(Kind::Json)?,
                },
            },
            Body::Events(events) => {
                let next = match self.reply.is_over() {
                    false => events.next().await,
                    // Events after the end are read if they come soon; the server need not send
                    // any.
                    true => timeout(GOODBYE, events.next()).await.unwrap_or_default(),
                };
                if !self.event(next)? {
                    self.end();
                }
            }
            Body::Json(bytes) => {
                let json = String::from_utf8(collect(bytes).await?).map_err(|_| not_text())?;
                let is_open = self.values(&json, true)?;
                if !self.begun || is_open && !self.reply.is_finished() && !self.is_whole {
                    return Err(ended(self.begun));
                }
                self.end();
            }
            Body::Read => {}
        }
        Ok(())
    }

    fn begin(&mut self, kind: Kind) -> Outcome<()> {
        let Body::Unseen { bytes, seen } = std::mem::replace(&mut self.body, Body::Read) else {
            return Ok(());
        };
        if seen.starts_with(GZIP) {
            return Err(ProviderFailure::lasting(
                "its answer is compressed (gzip), which was not asked for.",
            ));
        }
        let seen = stream::once(std::future::ready(Ok(Bytes::from(seen))));
        let all = seen.chain(bytes).boxed();
        self.body = match kind {
            Kind::Events => Body::Events(events(all)),
            Kind::Json => Body::Json(all),
        };
        Ok(())
    }

    /// Processes the next event; `false` where no more will come.
    fn event(
        &mut self,
        next: Option<std::result::Result<Sse, sse_stream::Error>>,
    ) -> Outcome<bool> {
        let event = match next {
            None if self.reply.is_finished() => return Ok(false),
            Some(Err(_)) if self.reply.is_over() => return Ok(false),
            None => return Err(ended(self.begun)),
            Some(Err(error)) => return Err(broken(&error)),
            Some(Ok(event)) => event,
        };
        let Some(data) = event.data.filter(|data| !data.trim().is_empty()) else {
            return Ok(true);
        };
        let data_is = |known: &str| data.trim().trim_matches('"').eq_ignore_ascii_case(known);
        if SIGNS_OF_LIFE.iter().any(|sign| data_is(sign)) {
            return Ok(true);
        }
        if data_is(DONE) {
            return match self.begun {
                true => Ok(false),
                false => Err(ended(false)),
            };
        }
        let name = event.event.as_deref();
        let read = match name {
            Some("error") => Err(failure::of_event(&data, self.key.as_ref())),
            _ => self.values(&data, name == Some(CUT)),
        };
        match read {
            // The reply is complete: a later error does not change that.
            Err(_) if self.reply.is_over() => Ok(false),
            read => read,
        }
    }

    /// Reads a completion or a chunk, or several of them in a row: some servers write lines of
    /// JSON, or one completion and then the end of a stream. Returns whether more may come.
    fn values(&mut self, text: &str, is_cut: bool) -> Outcome<bool> {
        let mut rest = text.trim_start_matches('\u{feff}').trim();
        while !rest.is_empty() {
            let line = rest.strip_prefix("data:").unwrap_or(rest).trim_start();
            if line.starts_with(DONE) {
                return Ok(false);
            }
            let mut values = serde_json::Deserializer::from_str(line).into_iter::<Box<RawValue>>();
            let value = match values.next() {
                Some(Ok(value)) => value,
                Some(Err(error)) if is_cut && error.is_eof() => return Err(ended(true)),
                _ => return Err(self.rubbish(text)),
            };
            rest = line
                .get(values.byte_offset()..)
                .unwrap_or_default()
                .trim_start();
            self.value(value)?;
        }
        Ok(true)
    }

    fn value(&mut self, value: Box<RawValue>) -> Outcome<()> {
        let key = self.key.as_ref();
        let read = wire::read(value.get(), key)?;
        let is_beside =
            || matches!(self.body, Body::Events(_)) && wire::is_beside_a_stream(value.get());
        let read = read.or_else(|| is_beside().then(wire::Read::default));
        let mut read = read.ok_or_else(|| self.rubbish(value.get()))?;
        let json: String = Box::<str>::from(value).into();
        // Where the text has come in pieces, the client has all of it already.
        let json = match self.streamed && read.is_whole && !self.reply.has_said_pieces() {
            true => wire::whole_as_chunk(&json).ok_or_else(|| self.rubbish(&json))?,
            false => json,
        };
        self.begun = true;
        self.is_whole = read.is_whole;
        let more = self.reply.add(&mut read);
        self.ready.push_back(ChatChunk {
            json,
            text: more.text,
            reasoning: more.thoughts,
            model: read.model,
            finish_reason: read.finish_reason,
            calls_a_tool: read.calls_a_tool,
            unkept: read.unkept.or(more.unkept),
        });
        Ok(())
    }

    /// Ends the reply. Half a character at the end is replaced.
    fn end(&mut self) {
        self.body = Body::Read;
        let (text, reasoning) = self.reply.end();
        if text.is_empty() && reasoning.is_empty() {
            return;
        }
        match self.ready.back_mut() {
            Some(last) if !self.streamed => {
                last.text.push_str(&text);
                last.reasoning.push_str(&reasoning);
            }
            _ => self.ready.push_back(ChatChunk {
                json: NOTHING.to_owned(),
                text,
                reasoning,
                ..ChatChunk::default()
            }),
        }
    }

    /// The whole completion, in one piece.
    async fn whole(&mut self) -> Outcome<ChatChunk> {
        while !matches!(self.body, Body::Read) {
            self.read().await?;
        }
        let chunks: Vec<_> = self.ready.drain(..).collect();
        match <[ChatChunk; 1]>::try_from(chunks) {
            Ok([whole]) if self.is_whole => Ok(whole),
            Ok([chunk]) => wire::put_together(vec![chunk]),
            Err(chunks) => wire::put_together(chunks),
        }
    }

    fn rubbish(&self, answer: &str) -> ProviderFailure {
        failure::rubbish(answer, self.key.as_ref())
    }
}

#[async_trait::async_trait]
impl ChatStream for Answer {
    async fn next(&mut self) -> Result<Option<ChatChunk>> {
        if !self.streamed {
            return match self.body {
                Body::Read => Ok(None),
                _ => Ok(Some(self.whole().await?)),
            };
        }
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            if matches!(self.body, Body::Read) {
                return Ok(None);
            }
            self.read().await?;
        }
    }
}

fn broken(error: &sse_stream::Error) -> ProviderFailure {
    match error {
        sse_stream::Error::Body(source) => source
            .downcast_ref::<Broken>()
            .map_or_else(not_text, Broken::failure),
        _ => not_text(),
    }
}

fn not_text() -> ProviderFailure {
    ProviderFailure::failed("its answer is not UTF-8.")
}

fn blank() -> ProviderFailure {
    ProviderFailure::lasting("its answer begins with more than 64 KiB of white space.")
}

/// The failure of an answer that stopped before its end.
fn ended(begun: bool) -> ProviderFailure {
    match begun {
        true => ProviderFailure::failed("its answer broke off."),
        false => ProviderFailure::failed("its answer is empty."),
    }
}

#[cfg(test)]
mod tests;

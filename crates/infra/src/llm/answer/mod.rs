//! An answer that is being read.

mod ends;
mod event;
mod telling;

use super::bytes::{AnswerLimits, collect, read};
use super::events::{ByteStream, events};
use super::failure;
use super::kind::{self, AnswerKind, kind};
use super::packed::packing;
use super::reply::ReceivedReply;
use super::settings::ProviderKey;
use super::wire;
use bytes::Bytes;
use domain::admission::Permit;
use domain::error::ProviderFailure;
use domain::replies::ChatChunk;
use ends::{blank, ended, not_text, packed};
use futures_util::stream::{self, StreamExt as _};
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use serde_json::value::RawValue;
use sse_stream::SseByteStream;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::timeout;

/// How long the provider may take to close the stream after its reply has ended.
const GOODBYE: Duration = Duration::from_secs(2);

type Outcome<T> = std::result::Result<T, ProviderFailure>;

/// An answer that is being received. Dropping it gives its permit back.
pub(super) struct ProviderAnswer {
    body: Body,
    key: Option<ProviderKey>,
    /// Whether chunks were requested.
    streamed: bool,
    begun: bool,
    reply: ReceivedReply,
    /// Whether the last value was a whole completion.
    is_whole: bool,
    /// The `Content-Encoding` of the response.
    encoding: Option<String>,
    /// The beginning of the answer, until a choice has come.
    aside: Option<String>,
    /// Chunks that were read and not returned yet.
    ready: VecDeque<ChatChunk>,
    _permit: Permit,
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

impl ProviderAnswer {
    /// `streamed`: whether events were requested. A server that cannot stream sends a whole
    /// completion all the same, which becomes the only chunk. A server that always streams sends
    /// events, which are joined into one completion.
    pub(super) fn new(
        response: Response,
        streamed: bool,
        silence: Duration,
        key: Option<ProviderKey>,
        permit: Permit,
    ) -> Self {
        let encoding = encoding(&response);
        let bytes = bytes_of(response, streamed, silence);
        Self {
            encoding,
            ..Self::of(bytes, streamed, key, permit)
        }
    }

    /// Replaces the answer by that to a second request. No part of the first was returned.
    pub(super) fn again(&mut self, response: Response, silence: Duration) {
        self.encoding = encoding(&response);
        self.body = Body::Unseen {
            bytes: bytes_of(response, self.streamed, silence),
            seen: Vec::new(),
        };
        self.reply = ReceivedReply::default();
        self.aside = None;
        self.is_whole = false;
        self.begun = false;
    }

    /// Reads up to the first chunk, and keeps that.
    pub(super) async fn begin_to_read(&mut self) -> Outcome<()> {
        while self.ready.is_empty() && !matches!(self.body, Body::Read) {
            self.read().await?;
        }
        Ok(())
    }

    fn of(bytes: ByteStream, streamed: bool, key: Option<ProviderKey>, permit: Permit) -> Self {
        Self {
            body: Body::Unseen {
                bytes,
                seen: Vec::new(),
            },
            key,
            streamed,
            begun: false,
            reply: ReceivedReply::default(),
            is_whole: false,
            encoding: None,
            aside: None,
            ready: VecDeque::new(),
            _permit: permit,
        }
    }

    /// Reads the next piece. The future can be dropped without a loss.
    async fn read(&mut self) -> Outcome<()> {
        match &mut self.body {
            Body::Unseen { bytes, seen } => match kind(seen) {
                Some(kind) => self.begin(kind)?,
                None if seen.len() > kind::MOST => return Err(blank()),
                None => match bytes.next().await {
                    Some(Ok(piece)) => seen.extend_from_slice(&piece),
                    Some(Err(broken)) => return Err(broken.failure()),
                    None if seen.trim_ascii().is_empty() => return Err(ended(false)),
                    None => self.begin(AnswerKind::Json)?,
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
                    self.end()?;
                }
            }
            Body::Json(bytes) => {
                let json = String::from_utf8(collect(bytes).await?).map_err(|_| not_text())?;
                let is_open = self.values(&json, true)?;
                let is_cut = is_open && !self.reply.is_finished() && !self.is_whole;
                if !self.begun || is_cut && self.aside.is_none() {
                    return Err(ended(self.begun));
                }
                self.end()?;
            }
            Body::Read => {}
        }
        Ok(())
    }

    fn begin(&mut self, kind: AnswerKind) -> Outcome<()> {
        let Body::Unseen { bytes, seen } = std::mem::replace(&mut self.body, Body::Read) else {
            return Ok(());
        };
        if let Some(name) = packing(&seen, self.encoding.as_deref()) {
            return Err(packed(name));
        }
        let seen = stream::once(std::future::ready(Ok(Bytes::from(seen))));
        let all = seen.chain(bytes).boxed();
        self.body = match kind {
            AnswerKind::Events => Body::Events(events(all)),
            AnswerKind::Json => Body::Json(all),
        };
        Ok(())
    }

    fn value(&mut self, value: Box<RawValue>) -> Outcome<()> {
        let key = self.key.as_ref();
        let read = wire::read(value.get(), key)?;
        let is_beside =
            || matches!(self.body, Body::Events(_)) && wire::is_beside_a_stream(value.get());
        let read = read.or_else(|| is_beside().then(wire::ReadContent::default));
        let mut read = read.ok_or_else(|| self.rubbish(value.get()))?;
        let json: String = Box::<str>::from(value).into();
        // Where the text has come in pieces, the client has all of it already.
        let json = match self.streamed && read.is_whole && !self.reply.has_said_pieces() {
            true => wire::whole_as_chunk(&json).ok_or_else(|| self.rubbish(&json))?,
            false => json,
        };
        self.aside = match (read.has_choices || self.reply.has_choices(), self.begun) {
            (true, _) => None,
            (false, true) => self.aside.take(),
            (false, false) => Some(json.clone()),
        };
        self.begun = true;
        self.is_whole = read.is_whole;
        let more = self.reply.add(&mut read);
        self.ready.push_back(ChatChunk {
            json,
            text: more.text,
            reasoning: more.thoughts,
            id: read.id,
            model: read.model,
            finish_reason: read.finish_reason,
            calls_a_tool: read.calls_a_tool,
            calls: read.calls,
            refuses: read.refuses,
            unkept: read.unkept.or(more.unkept),
        });
        Ok(())
    }

    fn rubbish(&self, answer: &str) -> ProviderFailure {
        failure::rubbish(answer, self.key.as_ref())
    }
}

fn bytes_of(response: Response, streamed: bool, silence: Duration) -> ByteStream {
    let limits = match streamed {
        true => AnswerLimits::streamed(silence),
        false => AnswerLimits::whole(silence),
    };
    read(response, limits).boxed()
}

fn encoding(response: &Response) -> Option<String> {
    let named = response.headers().get(CONTENT_ENCODING)?;
    named.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests;

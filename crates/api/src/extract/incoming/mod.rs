//! The bytes of a body, as they arrive.

mod buffer;

use self::buffer::BodyBuffer;
use super::actor::proven;
use crate::connection::Connection;
use crate::error::{ApiError, code};
use crate::memory::{Memory, Taken, refused, taker};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, web};
use domain::error::Error;
use futures_util::Stream as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How much of a body that is too large is read and thrown away, so that the client, which is still
/// sending, can read the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// The steps in which a body takes memory.
const STEP: usize = 8 * 1024;

/// The slowest allowed rate of a body. The body holds memory for which others wait: the more it
/// holds, the more must arrive.
#[derive(Clone, Copy, Debug)]
pub struct BodyRate {
    /// How often the rate is checked.
    pub every: Duration,
    /// How many bytes must have arrived since, unless the body is complete.
    pub bytes: usize,
    /// Or `held / parts` bytes, if that is more.
    pub parts: u64,
}

impl BodyRate {
    /// 4 KiB a second; at an even pace five minutes for a whole body of any size.
    pub const USUAL: Self = Self {
        every: Duration::from_secs(20),
        bytes: 80 * 1024,
        parts: 15,
    };

    /// The next deadline, and the number of bytes that must have arrived by then.
    fn due(&self, seen: usize, held: u64) -> (Instant, usize) {
        let part = usize::try_from(held / self.parts).unwrap_or(usize::MAX);
        let until = Instant::now() + self.every;
        (until, seen.saturating_add(self.bytes.max(part)))
    }
}

/// A complete body, and its memory.
pub(super) struct ReceivedBody {
    pub(super) bytes: BodyBuffer,
    pub(super) memory: Taken,
}

impl ReceivedBody {
    /// Reads the body, after the caller is known. The bodies of unknown callers are not read.
    pub(super) async fn read(
        request: &HttpRequest,
        payload: Payload,
        limit: usize,
    ) -> Result<Self, ApiError> {
        proven(request).await;
        refuse_early(request, limit)?;
        let memory = request.app_data::<web::Data<Memory>>();
        let memory = memory.ok_or_else(|| Error::Internal("no memory is wired".into()))?;
        let incoming = Self {
            bytes: BodyBuffer::new(),
            memory: memory.for_body(taker(request))?,
        };
        let rate = request.app_data::<web::Data<BodyRate>>();
        let rate = rate.map_or(BodyRate::USUAL, |rate| ***rate);
        let chunks = Chunks {
            payload,
            connection: request.conn_data::<Connection>().cloned(),
        };
        incoming
            .collect(chunks, declared(request), limit, rate)
            .await
    }

    async fn collect(
        mut self,
        mut chunks: Chunks,
        declared: Option<usize>,
        limit: usize,
        rate: BodyRate,
    ) -> Result<Self, ApiError> {
        let mut seen = 0_usize;
        let mut due = rate.due(seen, 0);
        loop {
            let chunk = match chunks.next(due.0).await {
                Next::Piece(chunk) => chunk?,
                Next::Late if seen < due.1 => {
                    let late = code::REQUEST_TIMEOUT;
                    return Err(ApiError::new(late, late.meaning));
                }
                Next::Late => {
                    due = rate.due(seen, self.memory.bytes());
                    continue;
                }
            };
            let Some(chunk) = chunk else { break };
            seen += chunk.len();
            if seen <= limit {
                let expected = declared.unwrap_or(limit).min(limit);
                self.add(&chunk, expected).await?;
            } else if seen > limit + DRAINED {
                break;
            } else {
                self.bytes = BodyBuffer::new();
                self.memory.shrink_to(0);
            }
        }
        match seen > limit {
            true => Err(too_large(limit)),
            false => Ok(self),
        }
    }

    /// Counts `more` bytes. Where answers that are being made hold the memory, it will soon be free.
    async fn grow(&mut self, more: u64) -> Result<(), ApiError> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.memory.grow(more) {
                Ok(()) => return Ok(()),
                Err(_) if self.memory.may_grow_soon(more) && Instant::now() < until => {
                    sleep(LOOK).await;
                }
                Err(error) => return Err(refused(error)),
            }
        }
    }

    /// Counts the bytes, and adds them to the buffer.
    async fn add(&mut self, more: &[u8], expected: usize) -> Result<(), ApiError> {
        let needed = self.bytes.len() + more.len();
        let held = self.memory.bytes();
        if needed as u64 > held {
            let counted = needed.next_multiple_of(STEP).min(expected).max(needed);
            if self.memory.grow(counted as u64 - held).is_err() {
                self.grow(needed as u64 - held).await?;
            }
        }
        self.bytes.extend(more, expected);
        Ok(())
    }
}

/// How long a body waits for memory in which answers are being made, and how often that is checked.
const PATIENCE: Duration = Duration::from_secs(4);
const LOOK: Duration = Duration::from_millis(20);

/// The pieces in which a body arrives.
struct Chunks {
    payload: Payload,
    connection: Option<Connection>,
}

impl Chunks {
    /// The next piece, if one arrives before `until`.
    async fn next(&mut self, until: Instant) -> Next {
        let next = poll_fn(|context| {
            let next = Pin::new(&mut self.payload).poll_next(context);
            match (&next, &self.connection) {
                (Poll::Pending, Some(connection)) => connection.wants_more(),
                (Poll::Ready(None), Some(connection)) => connection.has_read_body(),
                _ => {}
            }
            next
        });
        match timeout_at(until, next).await {
            Ok(chunk) => Next::Piece(chunk.transpose().map_err(|_| {
                ApiError::new(
                    code::INVALID_REQUEST,
                    "The body ended early or could not be read.",
                )
            })),
            Err(_) => Next::Late,
        }
    }
}

/// The result of waiting for a piece.
enum Next {
    /// A piece, or the end.
    Piece(Result<Option<Bytes>, ApiError>),
    /// It is time to check how much has arrived.
    Late,
}

fn declared(request: &HttpRequest) -> Option<usize> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Refuses a body without reading it: its encoding is not supported, the client asks first whether
/// to send it, or it is too large even to be read and thrown away.
fn refuse_early(request: &HttpRequest, limit: usize) -> Result<(), ApiError> {
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    if encodings.any(|encoding| {
        !encoding
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(b"identity")
    }) {
        let message = "The body must not be encoded: leave `Content-Encoding` out.";
        return Err(ApiError::new(code::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let asks_first = request.headers().contains_key(EXPECT);
    match declared(request) {
        Some(declared) if declared > limit && (asks_first || declared > limit + DRAINED) => {
            Err(too_large(limit))
        }
        _ => Ok(()),
    }
}

fn too_large(limit: usize) -> ApiError {
    let most = match limit >> 20 {
        0 => format!("{} KiB", limit >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    };
    let message = format!("The body is too large: at most {most} here.");
    ApiError::new(code::BODY_TOO_LARGE, message)
}

#[cfg(test)]
mod tests;

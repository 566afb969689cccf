//! The bytes of a body, as they arrive.

use super::actor::proven;
use crate::connection::Connection;
use crate::error::{ApiError, code};
use crate::memory::{Memory, Taken, refused, taker};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpRequest, web};
use domain::error::Error;
use futures_util::Stream as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How much of a body that is too large is read and thrown away, so that the client, which is still
/// sending, gets to read the answer.
const DRAINED: usize = 64 * 1024 * 1024;

/// The first memory that a body takes.
const FIRST: usize = 8 * 1024;

/// How slow a client may be in sending a body. It holds memory, which others wait for.
#[derive(Clone, Copy, Debug)]
pub struct BodyRate {
    /// How often it is looked at.
    pub every: Duration,
    /// How many bytes must have come since, unless the body is complete.
    pub bytes: usize,
}

impl BodyRate {
    /// 4 KiB a second.
    pub const USUAL: Self = Self {
        every: Duration::from_secs(20),
        bytes: 80 * 1024,
    };
}

/// A body that has arrived, and the memory it takes.
pub(super) struct Incoming {
    pub(super) bytes: BytesMut,
    pub(super) memory: Taken,
}

impl Incoming {
    /// Reads the body, once it is known who sends it: nobody else's is read.
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
            bytes: BytesMut::new(),
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
        let mut due = (Instant::now() + rate.every, rate.bytes);
        while let Some(chunk) = chunks.next(&mut due, seen, rate).await? {
            seen += chunk.len();
            if seen <= limit {
                self.make_room(chunk.len(), declared.unwrap_or(limit).min(limit))?;
                self.bytes.extend_from_slice(&chunk);
            } else if seen > limit + DRAINED {
                break;
            } else {
                self.bytes = BytesMut::new();
                self.memory.shrink_to(0);
            }
        }
        match seen > limit {
            true => Err(too_large(limit)),
            false => Ok(self),
        }
    }

    /// Makes room for so many bytes more, twice as much as there was where that is of use.
    fn make_room(&mut self, more: usize, expected: usize) -> Result<(), ApiError> {
        let needed = self.bytes.len() + more;
        if needed <= self.bytes.capacity() {
            return Ok(());
        }
        let room = needed.next_power_of_two().max(FIRST);
        let room = room.min(expected).max(needed);
        let held = self.memory.bytes();
        let more = (room as u64).saturating_sub(held);
        self.memory.grow(more).map_err(refused)?;
        self.bytes.reserve(room - self.bytes.len());
        Ok(())
    }
}

/// The pieces in which a body arrives.
struct Chunks {
    payload: Payload,
    connection: Option<Connection>,
}

impl Chunks {
    /// The next piece, unless too little has come for too long.
    async fn next(
        &mut self,
        due: &mut (Instant, usize),
        seen: usize,
        rate: BodyRate,
    ) -> Result<Option<Bytes>, ApiError> {
        loop {
            let next = poll_fn(|context| {
                let next = Pin::new(&mut self.payload).poll_next(context);
                if let (Poll::Pending, Some(connection)) = (&next, &self.connection) {
                    connection.wants_more();
                }
                next
            });
            let (until, wanted) = *due;
            match timeout_at(until, next).await {
                Ok(chunk) => {
                    return chunk.transpose().map_err(|_| {
                        ApiError::new(
                            code::INVALID_REQUEST,
                            "The body ended early or could not be read.",
                        )
                    });
                }
                Err(_) if seen < wanted => {
                    let late = code::REQUEST_TIMEOUT;
                    return Err(ApiError::new(late, late.meaning));
                }
                Err(_) => *due = (Instant::now() + rate.every, seen + rate.bytes),
            }
        }
    }
}

fn declared(request: &HttpRequest) -> Option<usize> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Refuses a body that is not worth waiting for: it is encoded in a way that is not read here, the
/// client asks first whether to send it, or it is too large even to be thrown away.
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

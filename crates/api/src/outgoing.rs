//! Answers on their way to the client.

use crate::connection::UnderWay;
use crate::memory::Taken;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How much of an answer is given to the connection at a time. It copies each piece into a buffer of
/// its own, so small pieces keep a slow reader cheap.
pub(crate) const PIECE: usize = 16 * 1024;

/// An answer's body, in small pieces. What was kept for the request is kept until the last of them is
/// written.
pub(crate) struct Outgoing {
    body: Body,
    size: BodySize,
    _memory: Option<Taken>,
    _request: Option<UnderWay>,
}

enum Body {
    Whole(Bytes),
    Other(BoxBody),
}

impl Outgoing {
    pub(crate) fn new(body: BoxBody, memory: Option<Taken>, request: Option<UnderWay>) -> Self {
        let size = body.size();
        let body = match (size, body.try_into_bytes()) {
            (BodySize::Sized(_), Ok(bytes)) => Body::Whole(bytes),
            (_, Ok(bytes)) => Body::Other(BoxBody::new(bytes)),
            (_, Err(body)) => Body::Other(body),
        };
        Self {
            body,
            size,
            _memory: memory,
            _request: request,
        }
    }
}

impl MessageBody for Outgoing {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match &mut self.get_mut().body {
            Body::Whole(rest) if rest.is_empty() => Poll::Ready(None),
            Body::Whole(rest) => {
                let length = rest.len().min(PIECE);
                Poll::Ready(Some(Ok(rest.split_to(length))))
            }
            Body::Other(body) => Pin::new(body).poll_next(context),
        }
    }
}

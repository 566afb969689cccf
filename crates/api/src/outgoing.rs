//! Answers on their way to the client.

use crate::connection::UnderWay;
use crate::error::ApiError;
use crate::memory::{Held, Memory, Taken, taker};
use crate::repeats::Answered;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{ConnectionType, Method, header};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpResponse, web};
use std::pin::Pin;
use std::task::{Context, Poll};

/// How much of an answer is given to the connection at a time. It copies each piece into a buffer of
/// its own, so small pieces keep a slow reader cheap.
pub(crate) const PIECE: usize = 16 * 1024;

/// What an answer takes that is written as it is read: a batch, and pieces of it on their way.
const STREAM: u64 = 512 * 1024;

/// That an answer's body is there in any case, and costs nothing for as long as it is under way. It is
/// an extension of the response.
pub(crate) struct Shared;

/// An answer's body, in small pieces. What was kept for the request is kept until the last of them is
/// written.
pub(crate) struct Outgoing {
    body: Body,
    size: BodySize,
    _memory: Option<Taken>,
    _request: Option<UnderWay>,
    answered: Option<Answered>,
}

/// Takes memory for the answer, which is kept until it is written. What was read for nothing but this
/// answer, and finds no room, is not answered; what was stored is, and is no larger than what was sent.
pub(crate) fn paid_for(
    response: ServiceResponse<BoxBody>,
) -> (ServiceResponse<BoxBody>, Option<Taken>) {
    let is_shared = response.response().extensions().contains::<Shared>();
    let bytes = match response.response().body().size() {
        _ if is_shared => 0,
        BodySize::Sized(bytes) if bytes > PIECE as u64 => bytes,
        BodySize::Stream => STREAM,
        BodySize::Sized(_) | BodySize::None => 0,
    };
    let request = response.request();
    let held = request.extensions_mut().remove::<Held>();
    if let Some(Held(mut permit)) = held {
        // Where there is no room for more, what it takes above is not counted.
        let _ = permit.grow(bytes.saturating_sub(permit.bytes()));
        permit.shrink_to(bytes);
        return (response, Some(permit));
    }
    let memory = request.app_data::<web::Data<Memory>>();
    let Some(memory) = memory.filter(|_| bytes > 0) else {
        return (response, None);
    };
    match memory.for_answer(taker(request), bytes) {
        Ok(permit) => (response, Some(permit)),
        Err(error) if request.method() == Method::GET => (in_place_of(response, error), None),
        Err(_) => (response, None),
    }
}

/// A failure in place of an answer.
fn in_place_of(response: ServiceResponse<BoxBody>, error: ApiError) -> ServiceResponse<BoxBody> {
    instead(response, HttpResponse::from_error(error))
}

/// Another answer. What inner middleware has added, such as CORS, stays.
pub(crate) fn instead(
    response: ServiceResponse<BoxBody>,
    mut other: HttpResponse,
) -> ServiceResponse<BoxBody> {
    let (request, replaced) = response.into_parts();
    for (name, value) in replaced.headers() {
        if name.as_str().starts_with("access-control-") || name == header::VARY {
            other.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, other)
}

/// An offer to go on in another protocol is left where it is, as HTTP allows: some clients make it with
/// each request. The framework then ends the connection without saying so, and the client's next request
/// would be lost with it.
pub(crate) fn without_upgrade(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let head = response.request().head();
    if head.upgrade() || head.headers().contains_key(header::UPGRADE) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    response
}

enum Body {
    Whole(Bytes),
    Other(BoxBody),
}

impl Outgoing {
    pub(crate) fn new(
        body: BoxBody,
        memory: Option<Taken>,
        request: Option<UnderWay>,
        answered: Option<Answered>,
    ) -> Self {
        let size = body.size();
        if let (Some(memory), Some(request)) = (&memory, &request) {
            request.holds(memory.bytes());
        }
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
            answered,
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
        let this = self.get_mut();
        let next = match &mut this.body {
            Body::Whole(rest) if rest.is_empty() => Poll::Ready(None),
            Body::Whole(rest) => {
                let length = rest.len().min(PIECE);
                Poll::Ready(Some(Ok(rest.split_to(length))))
            }
            Body::Other(body) => Pin::new(body).poll_next(context),
        };
        // The connection asks no further for a body whose length it knows.
        let is_written = match (&next, &this.body) {
            (Poll::Ready(None), _) => true,
            (Poll::Ready(Some(Ok(_))), Body::Whole(rest)) => rest.is_empty(),
            _ => false,
        };
        if is_written && let Some(answered) = this.answered.take() {
            answered.whole();
        }
        next
    }
}

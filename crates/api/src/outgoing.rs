//! Answers on their way to the client.

use crate::connection::{Connection, UnderWay, size_of_body};
use crate::error::ApiError;
use crate::memory::{HeldMemory, Memory, Taken, busy, taker};
use crate::repeats::Answered;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Method, header};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpResponse, web};
use std::pin::Pin;
use std::task::{Context, Poll};

/// How many bytes of an answer the connection gets at a time. The connection copies each piece into
/// its own buffer, so small pieces need little memory for a slow reader.
pub(crate) const PIECE: usize = 16 * 1024;

/// The memory of a streamed answer: a batch, and pieces of it on their way.
const STREAM: u64 = 512 * 1024;

/// The part of an answer that is counted in addition, for its buffers: 1/`AROUND`.
const AROUND: u64 = 8;

/// Marks an answer whose body is shared, so that it needs no further memory. It is an extension of
/// the response.
pub(crate) struct SharedAnswer;

/// An answer's body, in small pieces. It holds the request's resources until the last piece is
/// written.
pub(crate) struct Outgoing {
    body: Body,
    size: BodySize,
    memory: Option<Taken>,
    _request: Option<UnderWay>,
    answered: Option<Answered>,
}

/// Marks a streamed answer: each part counts its memory. It is an extension of the
/// response.
pub(crate) struct PaidInParts;

/// Wraps an application without the other middleware, as that of the metrics: its connections have the same
/// limits of time.
///
/// # Errors
/// Those of the application.
pub async fn alone(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let connection = request.conn_data::<Connection>().cloned();
    let body = size_of_body(request.headers());
    let under_way = connection.as_ref().map(|it| it.begin(body));
    if let Some(connection) = &connection {
        connection.give_way().await;
    }
    let response = next.call(request).await?.map_into_boxed_body();
    let response = last_where_needed(response);
    Ok(response.map_body(|_, body| BoxBody::new(Outgoing::new(body, None, under_way, None))))
}

/// Counts the memory of the answer, until it is written. The answer to a read is refused if no memory is
/// free. The answer to a change is sent in any case; it is at most as large as the request.
pub(crate) fn paid_for(
    response: ServiceResponse<BoxBody>,
) -> (ServiceResponse<BoxBody>, Option<Taken>) {
    let is_paid = {
        let extensions = response.response().extensions();
        extensions.contains::<SharedAnswer>() || extensions.contains::<PaidInParts>()
    };
    let bytes = match response.response().body().size() {
        _ if is_paid => 0,
        BodySize::Sized(bytes) if bytes > PIECE as u64 => bytes + bytes / AROUND,
        BodySize::Stream => STREAM,
        BodySize::Sized(_) | BodySize::None => 0,
    };
    let request = response.request();
    let held = request.extensions_mut().remove::<HeldMemory>();
    if let Some(HeldMemory(mut permit)) = held {
        let is_counted = permit.is_made(bytes);
        if !is_counted && request.method() == Method::GET {
            return (replaced_by(response, busy()), None);
        }
        return (response, (bytes > 0).then_some(permit));
    }
    let memory = request.app_data::<web::Data<Memory>>();
    let Some(memory) = memory.filter(|_| bytes > 0) else {
        return (response, None);
    };
    match memory.for_answer(taker(request), bytes) {
        Ok(permit) => (response, Some(permit)),
        Err(error) if request.method() == Method::GET => (replaced_by(response, error), None),
        Err(_) => (response, None),
    }
}

/// Replaces an answer by a failure.
fn replaced_by(response: ServiceResponse<BoxBody>, error: ApiError) -> ServiceResponse<BoxBody> {
    instead(response, HttpResponse::from_error(error))
}

/// Replaces an answer. Headers that inner middleware has added, such as CORS, stay.
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

/// Closes the connection after this answer, where it cannot be kept: its head was too large, or
/// offered to switch to another protocol. That offer is ignored, as HTTP allows: some clients make
/// it with each request. The framework would otherwise end the connection without saying so, and
/// the client's next request would be lost.
pub(crate) fn last_where_needed(
    mut response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let request = response.request();
    let connection = request.conn_data::<Connection>();
    let is_worn = connection.is_some_and(Connection::is_worn);
    let head = request.head();
    if is_worn || head.upgrade() || head.headers().contains_key(header::UPGRADE) {
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
            memory,
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
        if let Some(memory) = &this.memory {
            memory.moves();
        }
        let next = match &mut this.body {
            Body::Whole(rest) if rest.is_empty() => Poll::Ready(None),
            Body::Whole(rest) => {
                let length = rest.len().min(PIECE);
                Poll::Ready(Some(Ok(rest.split_to(length))))
            }
            Body::Other(body) => Pin::new(body).poll_next(context),
        };
        // The connection does not poll again when it has a body of known length completely.
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

//! The outermost middleware around every request: its id, its log line, the envelope of its
//! failures.

use crate::begun::Begun;
use crate::caller::KnownCaller;
use crate::client_address::ClientAddress;
use crate::compression::compressed;
use crate::connection::{Connection, size_of_body};
use crate::error::{About, ApiError, code};
use crate::face::Face;
use crate::head_request::IsHead;
use crate::outgoing::{Outgoing, last_where_needed, paid_for};
use crate::repeats::Answered;
use crate::replays;
use crate::request_id::{REQUEST_ID, RequestId};
use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, web};
use futures_util::stream;
use tracing::Instrument as _;

pub use crate::request_context::{Observed, RequestContext};

/// Wraps the whole application; the outermost middleware.
///
/// # Errors
/// None: every failure becomes an answer.
pub async fn around_request(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let context = request.app_data::<web::Data<RequestContext>>().cloned();
    let Some(context) = context else {
        return Err(ApiError::new(code::INTERNAL_ERROR, code::INTERNAL_ERROR.meaning).into());
    };
    let connection = request.conn_data::<Connection>().cloned();
    let body = size_of_body(request.headers());
    let under_way = connection.as_ref().map(|it| it.begin(body));
    if let Some(connection) = &connection {
        connection.give_way().await;
    }
    let id = RequestId::of(request.headers(), &context);
    let client = ClientAddress::of(&request, &context.proxies);
    let begun = Begun::of(&request, &id, client, &context);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(client);
    let unreadable = unreadable(&request);
    // HEAD answers like GET.
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(IsHead);
    }
    let response = match unreadable {
        Some(error) => request.error_response(error).map_into_boxed_body(),
        None => {
            replays::answer_repeats(request, &next)
                .instrument(begun.trace.clone())
                .instrument(begun.span.clone())
                .await?
        }
    };
    let answered = Answered::of(response.request());
    let (response, mut memory) = paid_for(response);
    let code = code_of(&response);
    let has_left = has_left(&response);
    let response = begun.span.in_scope(|| enveloped(response));
    let response = last_where_needed(with_headers(response, id));
    let response = compressed(response, &mut memory);
    let response = if is_head {
        without_body(response)
    } else {
        response
    };
    let response =
        response.map_body(|_, body| BoxBody::new(Outgoing::new(body, memory, under_way, answered)));
    // Without an end, the request is one whose client has left.
    if !has_left {
        begun.ends(&response, code, &context);
    }
    Ok(response)
}

/// Whether the work ended because the client closed its side of the connection.
fn has_left(response: &ServiceResponse<BoxBody>) -> bool {
    let error = response.response().error();
    let known = error.and_then(|error| error.as_error::<ApiError>());
    known.is_some_and(|error| error.has_left)
}

/// The code of a failure that is not in the envelope yet.
fn code_of(response: &ServiceResponse<BoxBody>) -> Option<&'static str> {
    let error = response.response().error();
    let known = error.and_then(|error| error.as_error::<ApiError>());
    match (known, error) {
        (Some(error), _) => Some(error.code.name),
        (None, None) if !is_bare_failure(response) => None,
        (None, _) => Some(ApiError::from_status(response.status()).code.name),
    }
}

/// Refuses a path or query that is not UTF-8 or contains a NUL: the framework would read it with
/// replacement characters, and so with another meaning.
fn unreadable(request: &ServiceRequest) -> Option<ApiError> {
    let uri = request.uri();
    for (part, raw) in [
        ("path", uri.path()),
        ("query", uri.query().unwrap_or_default()),
    ] {
        let decoded = percent_encoding::percent_decode_str(raw);
        match decoded.decode_utf8() {
            Err(_) => {
                let message = format!("The {part} is not valid UTF-8.");
                return Some(ApiError::new(code::INVALID_ENCODING, message));
            }
            Ok(text) if text.contains('\0') => {
                let message = format!("The {part} contains the NUL character (U+0000).");
                return Some(ApiError::new(code::NUL_CHARACTER, message));
            }
            Ok(_) => {}
        }
    }
    None
}

/// Puts a failure of any layer into the envelope, with the request's id.
fn enveloped(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let about = || About::of(response.request());
    let rendered = match response.response().error() {
        None if !is_bare_failure(&response) => return response,
        None => ApiError::from_status(response.status()).render(&about()),
        Some(error) => match error.as_error::<ApiError>() {
            Some(error) => {
                error.log();
                error.render(&about())
            }
            None => {
                tracing::warn!(%error, "the framework refused the request");
                ApiError::from_status(error.as_response_error().status_code()).render(&about())
            }
        },
    };
    let (request, replaced) = response.into_parts();
    let mut rendered = rendered;
    // Keeps headers that inner middleware has added, such as CORS.
    for (name, value) in replaced.headers() {
        if !rendered.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, rendered)
}

/// A failure that another layer has answered without the envelope.
fn is_bare_failure(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    (status.is_client_error() || status.is_server_error())
        && kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/json"))
}

fn with_headers(
    mut response: ServiceResponse<BoxBody>,
    RequestId(id): RequestId,
) -> ServiceResponse<BoxBody> {
    // The path is decoded, as for the routes, so an escaped letter counts as the letter.
    let path = response.request().match_info().as_str().to_owned();
    let face = Face::of(&path);
    let private = face.is_apart() || path.starts_with("/v1") || path.starts_with("/auth");
    let caller = response
        .request()
        .extensions()
        .get::<KnownCaller>()
        .copied();
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    if private {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(caller) = caller.filter(|_| face == Face::Jan) {
        crate::jan::tell_caller(caller, headers);
    }
    crate::shares::public::protect(&path, headers);
    crate::browsers::protect(&path, headers);
    response
}

/// Removes the body and keeps its length. The connection would do so itself, but forgets that the
/// request was a HEAD when the client has already sent the next request.
fn without_body(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let length = match response.response().body().size() {
        // It would be the length of the client's copy (RFC 9110, 8.6), which is not known here.
        _ if response.status() == StatusCode::NOT_MODIFIED => None,
        BodySize::Sized(length) => Some(length),
        BodySize::None | BodySize::Stream => None,
    };
    let nothing = stream::empty::<Result<Bytes, actix_web::Error>>();
    let mut response = response.map_body(|_, _| BoxBody::new(BodyStream::new(nothing)));
    response.response_mut().head_mut().no_chunking(true);
    if let Some(length) = length {
        let length = HeaderValue::from(length);
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the work that a middleware does for a request.
    const fn bytes_of_work<F>(_: fn(ServiceRequest, Next<BoxBody>) -> F) -> usize {
        size_of::<F>()
    }

    /// A connection has room for this work while it waits for its next request, too.
    #[test]
    fn a_connection_that_waits_takes_little_memory() {
        let bytes = bytes_of_work(around_request);
        assert!(bytes <= 2048, "{bytes}");
    }
}

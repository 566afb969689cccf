//! Compressed answers, for clients that ask for them.

mod accepted;
mod body;
mod encoder;
mod packed;

pub(crate) use packed::Packed;

use crate::memory::{Memory, Taken, taker};
use crate::outgoing::PIECE;
use crate::tags::names;
use accepted::{Encoding, accepted};
use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::web::{self, Bytes};
use body::Compressed;
use std::sync::Arc;

/// Shorter answers fit into one or two packets anyway.
const LEAST: u64 = 1024;

/// The media types that are compressed. Streams of events are not: each event is sent by itself, so
/// its compressed length would reveal something of its words.
const KINDS: [&str; 7] = [
    "application/json",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/markdown",
    "text/plain",
];

/// Whether answers of this address may be compressed. Those with secrets are not: the compressed
/// length reveals whether the answer repeats a text (BREACH).
fn is_open(path: &str) -> bool {
    let path = path.strip_prefix("/jan").unwrap_or(path);
    let words = || path.split('/');
    let is_of_links = path.starts_with("/v1/") && words().any(|word| word.starts_with("share"));
    !path.starts_with("/auth") && !is_of_links
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| KINDS.contains(&kind))
}

/// Compresses the answer if the client wants that. A long answer needs memory for it, and is sent
/// uncompressed if no memory is free.
pub(crate) fn compressed(
    mut response: ServiceResponse<BoxBody>,
    memory: &mut Option<Taken>,
) -> ServiceResponse<BoxBody> {
    let request = response.request();
    let (status, headers) = (response.status(), response.headers());
    let is_known = status == StatusCode::NOT_MODIFIED;
    let is_made =
        status.is_success() && is_text(headers) && !headers.contains_key(CONTENT_ENCODING);
    if !(is_known || is_made) || !is_open(request.match_info().as_str()) {
        return response;
    }
    let encoding = accepted(request.headers());
    let tag = encoding.and_then(|encoding| tag_of(headers, encoding));
    // A client that has another form keeps the tag of that one.
    let tag = tag.filter(|tag| !is_known || names(request.headers(), &IF_NONE_MATCH, tag));
    let vary = HeaderValue::from_static("Accept-Encoding");
    response.headers_mut().append(VARY, vary);
    match encoding {
        Some(encoding) if is_made => written(response, encoding, tag, memory),
        _ => {
            if let Some(tag) = tag.filter(|_| is_known) {
                response.headers_mut().insert(ETAG, tag);
            }
            response
        }
    }
}

fn tag_of(headers: &HeaderMap, encoding: Encoding) -> Option<HeaderValue> {
    let tag = headers.get(ETAG)?.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{tag}-{}\"", encoding.name())).ok()
}

fn written(
    mut response: ServiceResponse<BoxBody>,
    encoding: Encoding,
    tag: Option<HeaderValue>,
    memory: &mut Option<Taken>,
) -> ServiceResponse<BoxBody> {
    let size = match response.response().body().size() {
        BodySize::None => return response,
        BodySize::Sized(bytes) if bytes <= LEAST => return response,
        BodySize::Sized(bytes) => Some(bytes),
        BodySize::Stream => None,
    };
    let packed = response
        .response()
        .extensions()
        .get::<Arc<Packed>>()
        .cloned();
    let packed = packed.and_then(|packed| packed.form(encoding));
    let is_short = size.is_some_and(|bytes| bytes <= PIECE as u64);
    if packed.is_none() && !is_short && !has_memory(&response, memory) {
        return response;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    if let Some(tag) = tag {
        headers.insert(ETAG, tag);
    }
    response.map_body(|_, text| match packed {
        Some(packed) => BoxBody::new(packed),
        None if is_short => compressed_whole(encoding, text),
        None => BoxBody::new(Compressed::new(encoding, text)),
    })
}

/// Compresses a short text, whose length is known then.
fn compressed_whole(encoding: Encoding, text: BoxBody) -> BoxBody {
    let text = match text.try_into_bytes() {
        Ok(text) => text,
        Err(text) => return BoxBody::new(Compressed::new(encoding, text)),
    };
    match encoder::whole(encoding, &text) {
        Ok(written) => BoxBody::new(Bytes::from(written)),
        Err(_) => BoxBody::new(Compressed::new(encoding, BoxBody::new(text))),
    }
}

/// Takes the memory for compressing a long answer, if it is free.
fn has_memory(response: &ServiceResponse<BoxBody>, memory: &mut Option<Taken>) -> bool {
    if let Some(taken) = memory {
        return taken.grow(encoder::MEMORY).is_ok();
    }
    let request = response.request();
    let Some(all) = request.app_data::<web::Data<Memory>>() else {
        return true;
    };
    *memory = all.for_answer(taker(request), encoder::MEMORY).ok();
    memory.is_some()
}

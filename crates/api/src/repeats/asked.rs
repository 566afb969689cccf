//! Reads the headers by which a request says that it may be a repeat.

use crate::error::{ApiError, code};
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName};
use domain::repeats::RepeatMark;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Official OpenAI SDKs count their attempts here, from 0.
const ATTEMPT: HeaderName = HeaderName::from_static("x-stainless-retry-count");

/// The paths where repeats are supported: the API, and links. On other paths the headers are
/// ignored.
const PREFIXES: [&str; 4] = ["/v1/", "/jan/v1/", "/openai/v1/", "/conversations/share/"];

/// The most characters of a key.
const MOST: usize = 255;

/// Whether a POST to this address may be a repeat. The document describes the header at the same
/// addresses.
pub(crate) fn has_repeats(path: &str) -> bool {
    PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

/// How the request says that it may be a repeat; an error where the header cannot be read.
pub(super) fn asked(request: &ServiceRequest) -> Option<Result<RepeatMark, ()>> {
    if request.method() != Method::POST {
        return None;
    }
    let headers = request.headers();
    let (key, attempt) = (headers.contains_key(KEY), headers.contains_key(ATTEMPT));
    if !key && !attempt {
        return None;
    }
    let path = request.match_info().as_str();
    match has_repeats(path) {
        true if key => Some(self::key(headers)),
        true => sole(headers, &ATTEMPT)?
            .parse()
            .ok()
            .map(|attempt| Ok(RepeatMark::Attempt(attempt))),
        false => None,
    }
}

fn key(headers: &HeaderMap) -> Result<RepeatMark, ()> {
    let key = sole(headers, &KEY).ok_or(())?;
    let is_printable = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    match is_printable && (1..=MOST).contains(&key.len()) {
        true => Ok(RepeatMark::Key(key.to_owned())),
        false => Err(()),
    }
}

fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut sent = headers.get_all(name);
    let first = sent.next()?;
    sent.next().is_none().then(|| first.to_str().ok())?
}

pub(super) fn unreadable() -> ApiError {
    let message = "Idempotency-Key must be sent once, with 1 to 255 printable ASCII characters.";
    ApiError::new(code::INVALID_VALUE, message).param("Idempotency-Key")
}

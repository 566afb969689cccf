//! Tags of objects (RFC 9110, 8.8.3), and requests that depend on them (13).

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use domain::state::{Expected, Fingerprint, Tag};
use std::convert::Infallible;
use std::future::{Ready, ready};

/// Suffixes that servers add to a tag when they compress an answer.
const ENCODINGS: [&str; 4] = ["-gzip", "-zstd", "-br", "-deflate"];

/// The states in which the client wants its change to be made (`If-Match`).
pub(crate) struct IfMatch(pub(crate) Expected);

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = Sent::of(request.headers(), &IF_MATCH);
        ready(Ok(Self(match sent {
            None => Expected::Any,
            Some(sent) if sent.is_any => Expected::Any,
            // A weak tag promises too little. Text that is not a tag names no state.
            Some(Sent { tags, .. }) => Expected::OneOf(
                tags.into_iter()
                    .filter(|(_, is_weak)| !is_weak)
                    .map(|(tag, _)| tag.to_owned())
                    .collect(),
            ),
        })))
    }
}

/// Whether the client has the object in this state (`If-None-Match`).
pub(crate) fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let sent = Sent::of(request.headers(), &IF_NONE_MATCH);
    sent.is_some_and(|sent| sent.is_any || sent.tags.iter().any(|(known, _)| *known == tag))
}

/// Whether the client says that it has some state of the object.
pub(crate) fn asks(request: &HttpRequest) -> bool {
    request.headers().contains_key(IF_NONE_MATCH)
}

/// Whether a header names this very tag, with its encoding and in its quotes.
pub(crate) fn names(sent: &HeaderMap, name: &HeaderName, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default().trim_matches('"');
    let mut lists = sent.get_all(name).filter_map(|list| list.to_str().ok());
    lists.any(|mut list| {
        while let Some((known, _, behind)) = next_tag(list) {
            if known == tag {
                return true;
            }
            list = behind;
        }
        false
    })
}

/// Answers with the object in this state, or with 304 where the client has it.
pub(crate) fn shown(
    request: &HttpRequest,
    tag: &Tag,
    answer: impl FnOnce() -> HttpResponse,
) -> HttpResponse {
    match is_known(request, tag.as_str()) {
        true => tagged(HttpResponse::NotModified().finish(), tag),
        false => tagged(answer(), tag),
    }
}

/// The answer with a tag of its bytes, or 304 where the client has these.
pub(crate) fn written(request: &HttpRequest, answer: HttpResponse) -> HttpResponse {
    let (head, body) = answer.into_parts();
    match body.try_into_bytes() {
        Err(body) => head.set_body(body),
        Ok(bytes) => {
            let tag = Tag::of(Fingerprint::default().bytes(&bytes));
            shown(request, &tag, || head.set_body(BoxBody::new(bytes)))
        }
    }
}

/// The answer with the tag of the object in it.
pub(crate) fn tagged(mut answer: HttpResponse<BoxBody>, tag: &Tag) -> HttpResponse<BoxBody> {
    // A tag consists of digits, letters and dots.
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", tag.as_str())) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}

/// The tags in a header: each without its quotes, and whether it is weak.
struct Sent<'a> {
    is_any: bool,
    tags: Vec<(&'a str, bool)>,
}

impl<'a> Sent<'a> {
    /// `None` without the header.
    fn of(headers: &'a HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut sent = Self {
            is_any: false,
            tags: Vec::new(),
        };
        let mut is_there = false;
        for value in headers.get_all(name) {
            is_there = true;
            let Ok(value) = value.to_str() else {
                continue;
            };
            sent.is_any |= value.trim() == "*";
            let mut rest = value;
            while let Some((tag, is_weak, behind)) = next_tag(rest) {
                sent.tags.push((bare(tag), is_weak));
                rest = behind;
            }
        }
        is_there.then_some(sent)
    }
}

/// The next tag of a list, whether it is weak, and the rest of the list. Text that is not a tag is
/// skipped up to the next comma. A tag may contain commas.
fn next_tag(mut list: &str) -> Option<(&str, bool, &str)> {
    loop {
        list = list.trim_start_matches([',', ' ', '\t']);
        let weak = list.strip_prefix("W/");
        let quoted = weak.unwrap_or(list).strip_prefix('"');
        if let Some((tag, behind)) = quoted.and_then(|quoted| quoted.split_once('"')) {
            return Some((tag, weak.is_some(), behind));
        }
        list = list.split_once(',')?.1;
    }
}

/// A tag without the encoding's suffix.
fn bare(tag: &str) -> &str {
    let mut endings = ENCODINGS.iter();
    endings
        .find_map(|ending| tag.strip_suffix(ending))
        .unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn expected(sent: &[&str]) -> Expected {
        let mut request = TestRequest::default();
        for value in sent {
            request = request.append_header((IF_MATCH, *value));
        }
        let request = request.to_http_request();
        let IfMatch(expected) = IfMatch::from_request(&request, &mut Payload::None)
            .into_inner()
            .unwrap();
        expected
    }

    #[test]
    fn tags_are_read_from_all_headers() {
        let known =
            |tags: &[&str]| Expected::OneOf(tags.iter().map(|&tag| tag.to_owned()).collect());
        assert_eq!(expected(&[]), Expected::Any);
        assert_eq!(expected(&["*"]), Expected::Any);
        assert_eq!(expected(&["\"1\""]), known(&["1"]));
        assert_eq!(
            expected(&["\"1\" , \"2-gzip\"", "\"3.a-zstd\""]),
            known(&["1", "2", "3.a"])
        );
        // A weak tag, tags without their quotes, and an empty header.
        assert_eq!(expected(&["W/\"1\", 2, \"3", ""]), known(&[]));
        // A comma or a star within the quotes belongs to the tag.
        assert_eq!(expected(&["\"a,*,b\",\"2\""]), known(&["a,*,b", "2"]));
        assert_eq!(expected(&["\"a\", *"]), known(&["a"]));
    }

    #[test]
    fn a_known_state_may_be_named_weakly() {
        for (sent, is) in [
            ("\"1\"", true),
            ("W/\"1\"", true),
            ("W/\"1-br\", \"2\"", true),
            ("*", true),
            ("\"2\"", false),
            ("1", false),
        ] {
            let request = TestRequest::default().append_header((IF_NONE_MATCH, sent));
            assert_eq!(is_known(&request.to_http_request(), "1"), is, "{sent}");
        }
    }
}

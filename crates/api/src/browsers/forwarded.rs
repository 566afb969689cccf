//! Where a request was sent to, before our own proxies passed it on.

use super::host::Authority;
use super::hosts::Addressee;
use crate::client_address::TrustedProxies;
use actix_web::dev::RequestHead;
use actix_web::http::header::{HeaderName, X_FORWARDED_HOST, X_FORWARDED_PROTO};

/// The host and port that the caller knows this service by, if it named one that can be read.
pub(crate) fn addressed(head: &RequestHead, proxies: &TrustedProxies) -> Option<Authority> {
    let forwarded = told(head, proxies, X_FORWARDED_HOST);
    if let Some(authority) = forwarded.and_then(Authority::parse) {
        return Some(authority);
    }
    match Addressee::of(head) {
        Addressee::Named(authority) => Some(authority),
        Addressee::Unnamed | Addressee::Unreadable => None,
    }
}

/// The scheme that the caller spoke. We speak no TLS, so only a proxy can tell of it.
pub(super) fn scheme(head: &RequestHead, proxies: &TrustedProxies) -> &'static str {
    match told(head, proxies, X_FORWARDED_PROTO) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    }
}

/// What the outermost of our proxies says. Some proxies append what they saw, as in
/// `X-Forwarded-For`; what stands before the entry of the outermost one is the caller's claim. A list
/// that is shorter than the way was replaced on it, and its first entry is all there is.
fn told<'a>(head: &'a RequestHead, proxies: &TrustedProxies, name: HeaderName) -> Option<&'a str> {
    let hops = proxies.passed(head);
    if hops == 0 {
        return None;
    }
    let values = head.headers.get_all(name);
    let mut entries: Vec<_> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    entries.drain(..entries.len().saturating_sub(hops));
    entries.into_iter().next()
}

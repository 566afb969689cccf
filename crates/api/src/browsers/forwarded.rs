//! The address to which a request was sent, before our own proxies passed it on.

use super::host::Authority;
use super::hosts::Addressee;
use crate::client_address::TrustedProxies;
use actix_web::dev::RequestHead;
use actix_web::http::header::{HeaderName, X_FORWARDED_HOST, X_FORWARDED_PROTO};

/// The host and port by which the caller addresses this service, if they can be read.
pub(crate) fn addressed(head: &RequestHead, proxies: &TrustedProxies) -> Option<Authority> {
    let forwarded = trusted_header(head, proxies, X_FORWARDED_HOST);
    if let Some(authority) = forwarded.and_then(Authority::parse) {
        return Some(authority);
    }
    match Addressee::of(head) {
        Addressee::Named(authority) => Some(authority),
        Addressee::Unnamed | Addressee::Unreadable => None,
    }
}

/// The scheme that the caller used. This server speaks no TLS, so only a proxy can report `https`.
pub(super) fn scheme(head: &RequestHead, proxies: &TrustedProxies) -> &'static str {
    match trusted_header(head, proxies, X_FORWARDED_PROTO) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    }
}

/// The value from the outermost of our proxies. Some proxies append their value to a list, as in
/// `X-Forwarded-For`; entries before that of the outermost proxy come from the caller and are not
/// trusted. A list that is shorter than the number of proxies was replaced by one of them; then its
/// first entry counts.
fn trusted_header<'a>(
    head: &'a RequestHead,
    proxies: &TrustedProxies,
    name: HeaderName,
) -> Option<&'a str> {
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

//! The caller as a gateway names them: headers that count only with the gateway's secret, on a
//! connection of a trusted proxy.

use crate::request_context::RequestContext;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpRequest, web};
use domain::auth::{AuthService, ExternalProfile, NamedCaller};

const SECRET: HeaderName = HeaderName::from_static("x-gateway-auth");
const SUBJECT: HeaderName = HeaderName::from_static("x-user-subject");
const NAME: HeaderName = HeaderName::from_static("x-user-username");
const EMAIL: HeaderName = HeaderName::from_static("x-user-email");

/// Whether the connection of the request is a trusted proxy's. Its headers do not matter.
pub(crate) fn comes_from_a_proxy(request: &HttpRequest) -> bool {
    let context = request.app_data::<web::Data<RequestContext>>();
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let trusted = context.zip(peer);
    trusted.is_some_and(|(context, peer)| context.proxies.contain(peer))
}

/// Whether the request claims to come from the gateway.
pub(super) fn speaks(request: &HttpRequest) -> bool {
    request.headers().contains_key(SECRET)
}

/// The caller that the gateway names; `None` if the request is not a gateway's, or names no caller.
pub(super) fn said(request: &HttpRequest, service: &AuthService) -> Option<NamedCaller> {
    let headers = request.headers();
    let secret = sole(headers, &SECRET)?;
    if !comes_from_a_proxy(request) || !service.is_gateway(secret) {
        return None;
    }
    let profile = ExternalProfile {
        name: sole(headers, &NAME).map(str::to_owned),
        email: sole(headers, &EMAIL).map(str::to_owned),
        is_guest: false,
    };
    Some(NamedCaller {
        subject: sole(headers, &SUBJECT)?.to_owned(),
        profile,
    })
}

/// A header that is sent once and is not empty.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut sent = headers.get_all(name);
    let value = sent.next()?.to_str().ok()?.trim();
    (sent.next().is_none() && !value.is_empty()).then_some(value)
}

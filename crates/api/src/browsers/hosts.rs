//! Which hosts a request may name.

use super::host::{Authority, Host};
use actix_web::dev::RequestHead;
use actix_web::http::header::HOST;
use std::net::IpAddr;

/// The hosts that this server answers for. A page of another site can make its own name resolve to
/// this machine (DNS rebinding), so that its browser treats the two as one site; but `Host` still
/// has that name.
#[derive(Clone, Debug)]
pub enum AllowedHosts {
    Any,
    /// This machine's own names, and these.
    ThisMachine(Vec<Host>),
}

/// The host that a request names.
pub(crate) enum Addressee {
    /// The request names no host: HTTP/1.0 without `Host`, or with an empty one.
    Unnamed,
    /// The value is not a host.
    Unreadable,
    Named(Authority),
}

impl AllowedHosts {
    /// The hosts of a service that listens on `address`. If other machines can connect, the service
    /// does not know all its names, so it allows any host unless the operator lists them.
    #[must_use]
    pub fn listening_on(address: IpAddr, public: Option<Host>, listed: Option<Vec<Host>>) -> Self {
        if !address.to_canonical().is_loopback() && listed.is_none() {
            return Self::Any;
        }
        let listed = listed.into_iter().flatten();
        Self::ThisMachine(public.into_iter().chain(listed).collect())
    }

    pub(super) fn allow(&self, addressee: &Addressee) -> bool {
        match (self, addressee) {
            (Self::Any, _) => true,
            (Self::ThisMachine(_), Addressee::Unnamed | Addressee::Unreadable) => false,
            (Self::ThisMachine(others), Addressee::Named(Authority { host, .. })) => {
                host.is_this_machine() || others.contains(host)
            }
        }
    }
}

impl Addressee {
    /// A whole address in the request line has priority over `Host` (RFC 9112, 3.2.2). The
    /// framework has already refused a second `Host`, and HTTP/1.1 without `Host`.
    pub(crate) fn of(head: &RequestHead) -> Self {
        let named = match head.uri.authority() {
            Some(authority) => Some(authority.as_str().as_bytes()),
            None => head.headers.get(HOST).map(|host| host.as_bytes()),
        };
        match named.map(std::str::from_utf8) {
            None | Some(Ok("")) => Self::Unnamed,
            Some(Err(_)) => Self::Unreadable,
            Some(Ok(text)) => Authority::parse(text).map_or(Self::Unreadable, Self::Named),
        }
    }
}

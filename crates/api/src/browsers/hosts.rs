//! Which hosts a request may name.

use super::host::{Authority, Host};
use actix_web::dev::RequestHead;
use actix_web::http::header::HOST;
use std::net::IpAddr;

/// The hosts that are answered. A page of another site can have its own name lead to this machine
/// (DNS rebinding), and is then no stranger to its browser; but the name stays in `Host`.
#[derive(Clone, Debug)]
pub enum AllowedHosts {
    Any,
    /// This machine's own names, and these.
    ThisMachine(Vec<Host>),
}

/// What a request says whom it is for.
pub(crate) enum Addressee {
    /// No host: HTTP/1.0 without `Host`, or with an empty one.
    Unnamed,
    /// Something that is no host.
    Unreadable,
    Named(Authority),
}

impl AllowedHosts {
    /// Those of a service that listens on `address`: where others can connect, they know it by names
    /// that nobody has told us, unless the operator lists them.
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
    /// A whole address in the request's line comes before `Host` (RFC 9112, 3.2.2). The framework has
    /// refused a second `Host`, and HTTP/1.1 without one.
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

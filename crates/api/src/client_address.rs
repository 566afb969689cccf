//! Where a request really comes from.

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use domain::limits::Origin;
use ipnet::IpNet;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;

/// The networks of our own proxies, whose word on the caller's address is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

/// The caller's address; `None` where the connection has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl TrustedProxies {
    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl ClientAddress {
    pub(crate) fn of(request: &ServiceRequest, proxies: &TrustedProxies) -> Self {
        let Some(peer) = request.peer_addr() else {
            return Self(None);
        };
        let forwarded = request.headers().get_all("x-forwarded-for");
        let forwarded = forwarded.filter_map(|value| value.to_str().ok());
        Self(Some(first_untrusted(
            peer.ip().to_canonical(),
            forwarded,
            proxies,
        )))
    }

    /// The address as limits count it.
    pub(crate) fn origin(self) -> Origin {
        Origin::of(self.0)
    }
}

/// What `around` has found out about the request.
impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get().copied();
        ready(Ok(known.unwrap_or(Self(None))))
    }
}

/// Each proxy appends the address it was called from, so the list is read from its end, as long as
/// the speaker is one of ours. What stands further to the left is anybody's claim.
fn first_untrusted<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    proxies: &TrustedProxies,
) -> IpAddr {
    let mut address = peer;
    for claim in forwarded.rev().flat_map(|value| value.rsplit(',')) {
        if !proxies.contain(address) {
            break;
        }
        match claim.trim().parse::<IpAddr>() {
            Ok(claimed) => address = claimed.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        first_untrusted(peer.parse().unwrap(), forwarded.iter().copied(), &proxies).to_string()
    }

    #[test]
    fn a_stranger_cannot_claim_an_address() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_tells_who_called_it() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_the_caller_wrote_before_the_proxy_does_not_count() {
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1", "198.51.100.1"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn rubbish_ends_the_search() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }
}

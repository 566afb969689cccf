//! Finds the real address of the client.

use actix_web::dev::{Payload, RequestHead, ServiceRequest};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use domain::limits::Origin;
use ipnet::{IpNet, Ipv4Net};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The networks of our own proxies, whose headers about the client's address are trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

/// The client's address; `None` if the connection has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl TrustedProxies {
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let mut networks = self.0.iter().map(|network| canonical(*network));
        networks.any(|network| network.contains(&address))
    }

    /// The number of our proxies, one behind the other, that the request passed.
    pub(crate) fn passed(&self, head: &RequestHead) -> usize {
        let peer = head.peer_addr.map(|peer| peer.ip().to_canonical());
        peer.map_or(0, |peer| way(peer, forwarded_for(head), self).1)
    }
}

impl ClientAddress {
    pub(crate) fn of(request: &ServiceRequest, proxies: &TrustedProxies) -> Self {
        let Some(peer) = request.peer_addr() else {
            return Self(None);
        };
        let peer = peer.ip().to_canonical();
        let (address, _) = way(peer, forwarded_for(request.head()), proxies);
        Self(Some(address))
    }

    /// The address as limits count it.
    pub(crate) fn origin(self) -> Origin {
        Origin::of(self.0)
    }
}

/// The address that `around_request` has found.
impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get().copied();
        ready(Ok(known.unwrap_or(Self(None))))
    }
}

fn forwarded_for(head: &RequestHead) -> impl DoubleEndedIterator<Item = &str> {
    let values = head.headers.get_all("x-forwarded-for");
    values.filter_map(|value| value.to_str().ok())
}

/// The first address that is not one of our proxies, and the number of proxies on the way. Each
/// proxy appends the address that called it, so the list is read from its end, as long as the
/// address is one of our proxies. Entries further to the left are not trusted.
fn way<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    proxies: &TrustedProxies,
) -> (IpAddr, usize) {
    let mut claims = forwarded.rev().flat_map(|value| value.rsplit(','));
    let (mut address, mut passed) = (peer, 0);
    while proxies.contain(address) {
        passed += 1;
        match claims.next().and_then(|claim| claimed(claim.trim())) {
            Some(claimed) => address = claimed.to_canonical(),
            None => break,
        }
    }
    (address, passed)
}

/// The address in an entry. Some proxies add the port, which needs brackets around an IPv6 address,
/// and some quote the whole entry, as in `Forwarded` (RFC 7239, 6).
fn claimed(claim: &str) -> Option<IpAddr> {
    let unquoted = claim.strip_prefix('"').and_then(|c| c.strip_suffix('"'));
    let claim = unquoted.unwrap_or(claim);
    let bracketed = claim.strip_prefix('[').and_then(|c| c.strip_suffix(']'));
    if let Some(address) = bracketed {
        return address.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    let with_port = || claim.parse::<SocketAddr>().map(|claimed| claimed.ip());
    claim.parse().or_else(|_| with_port()).ok()
}

/// Converts a network of IPv4 addresses in IPv6 notation (`::ffff:10.0.0.0/104`) to IPv4, since the
/// compared addresses are also converted.
fn canonical(network: IpNet) -> IpNet {
    let mapped = |network: ipnet::Ipv6Net| {
        let length = network.prefix_len().checked_sub(96)?;
        Ipv4Net::new(network.addr().to_ipv4_mapped()?, length).ok()
    };
    match network {
        IpNet::V4(_) => network,
        IpNet::V6(v6) => mapped(v6).map_or(network, IpNet::V4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let (address, _) = way(peer.parse().unwrap(), forwarded.iter().copied(), &proxies);
        address.to_string()
    }

    #[test]
    fn our_own_proxies_are_counted() {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        for (peer, forwarded, passed) in [
            ("203.0.113.9", "10.0.0.1", 0),
            ("10.0.0.1", "198.51.100.1", 1),
            ("10.0.0.1", "rubbish", 1),
            ("10.0.0.1", "198.51.100.1, 10.0.0.2", 2),
            ("10.0.0.1", "10.0.0.9, 198.51.100.1, 10.0.0.2", 2),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", 3),
        ] {
            let found = way(peer.parse().unwrap(), [forwarded].into_iter(), &proxies);
            assert_eq!(found.1, passed, "{peer} {forwarded}");
        }
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
    fn entries_before_the_proxys_do_not_count() {
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
    fn an_address_is_read_however_proxies_write_it() {
        for (claim, address) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7:1234", "203.0.113.7"),
            ("\"203.0.113.7:1234\"", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
            (" 203.0.113.7:1234\t, 10.0.0.2:80 ", "203.0.113.7"),
        ] {
            assert_eq!(seen("10.0.0.1", &[claim]), address, "{claim}");
        }
        for rubbish in [
            "",
            "\"",
            "unknown",
            "203.0.113.7:",
            "203.0.113.7:x",
            "203.0.113.7:65536",
            "203.0.113",
            "[203.0.113.7]",
            "[2001:db8::1",
            "[2001:db8::1]443",
            "\"203.0.113.7",
            "_hidden",
        ] {
            assert_eq!(seen("10.0.0.1", &[rubbish]), "10.0.0.1", "{rubbish}");
        }
    }

    #[test]
    fn a_network_is_the_same_in_both_families() {
        for (network, peer, trusted) in [
            ("10.0.0.0/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("::ffff:10.0.0.0/104", "10.9.9.9", true),
            ("::ffff:10.0.0.0/104", "11.0.0.1", false),
            ("::ffff:10.0.0.1/128", "10.0.0.1", true),
            ("::ffff:10.0.0.1/128", "10.0.0.2", false),
            ("::ffff:0:0/96", "203.0.113.9", true),
            ("::ffff:0:0/96", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false),
            ("2001:db8::/32", "2001:db8::1", true),
        ] {
            let proxies = TrustedProxies(vec![network.parse().unwrap()]);
            let peer = peer.parse().unwrap();
            assert_eq!(proxies.contain(peer), trusted, "{peer} in {network}");
        }
    }

    #[test]
    fn rubbish_ends_the_search() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }
}

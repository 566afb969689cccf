//! The host that a request, an origin or a setting names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host, in its one normal spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name in ASCII and lower case, without the dot of the root.
    Name(String),
    /// An IP address; an IPv4 address in IPv6 notation becomes an IPv4 address.
    Address(IpAddr),
}

/// A host with an optional port: the value of `Host` (RFC 9110, 7.2), and the part after the scheme
/// of an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
}

impl Host {
    /// Reads a host without a port. Names in Unicode are not allowed in a request (RFC 3986,
    /// 3.2.2), and browsers send IPv4 addresses in their full form only.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(inside) = text.strip_prefix('[') {
            let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Address(IpAddr::V6(address).to_canonical()));
        }
        // `localhost.` is `localhost`.
        let name = text.strip_suffix('.').unwrap_or(text);
        if let Ok(address) = name.parse::<Ipv4Addr>() {
            return Some(Self::Address(IpAddr::V4(address)));
        }
        let is_name = name.len() <= 253 && name.split('.').all(is_label) && !is_number(name);
        is_name.then(|| Self::Name(name.to_ascii_lowercase()))
    }

    /// Whether the host is always this machine: `localhost` and the names below it (RFC 6761, 6.3),
    /// and the loopback addresses. `0.0.0.0` does not count, though browsers connect to it.
    pub(crate) fn is_this_machine(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Address(address) => address.is_loopback(),
        }
    }
}

impl Authority {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            // In `[::1]` the last colon is part of the address.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
        };
        Some(Self {
            host: Host::parse(host)?,
            port,
        })
    }

    /// The port, or the default port of `scheme`.
    pub(crate) fn port_of(&self, scheme: &str) -> Option<u16> {
        self.port.or(match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        })
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.port {
            None => write!(f, "{}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
        }
    }
}

fn is_label(label: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.bytes().all(usual)
}

/// Whether browsers would read the name as an IPv4 address in an unusual form, such as `127.1` or
/// `0x7f000001` (URL Standard, "ends in a number").
fn is_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => last.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_spelling() {
        for (text, spelt) in [
            ("localhost", "localhost"),
            ("LocalHost.:8000", "localhost:8000"),
            ("localhost:", "localhost"),
            ("chat_1.Example.org:443", "chat_1.example.org:443"),
            ("127.0.0.1:8000", "127.0.0.1:8000"),
            ("127.0.0.1.", "127.0.0.1"),
            ("[::1]:8000", "[::1]:8000"),
            ("[::1]", "[::1]"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"),
            ("[::ffff:127.0.0.1]:80", "127.0.0.1:80"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            let read = Authority::parse(text).map(|authority| authority.to_string());
            assert_eq!(read.as_deref(), Some(spelt), "{text}");
        }
    }

    #[test]
    fn a_malformed_host_is_refused() {
        let long = format!("{}.example", "a".repeat(64));
        for text in [
            "",
            ".",
            "..",
            ":8000",
            ".localhost",
            "a..localhost",
            "localhost..",
            "::1",
            "[::1",
            "[::1]8000",
            "[localhost]",
            "[::1%25lo]",
            "[127.0.0.1]",
            "localhost:80000",
            "localhost:+80",
            "localhost:80:80",
            "user@localhost",
            "localhost/",
            "local host",
            "localhost,evil.example",
            "bücher.example",
            "%6cocalhost",
            "*",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0X7F.1",
            "127.0.0.0x1",
            &long,
            &"a.".repeat(200),
        ] {
            assert_eq!(Authority::parse(text), None, "{text}");
        }
    }

    #[test]
    fn this_machine_has_many_names() {
        for (text, is_this_machine) in [
            ("localhost", true),
            ("LOCALHOST.", true),
            ("a.b.localhost", true),
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("0.0.0.0", false),
            ("[::]", false),
            ("192.168.1.1", false),
            ("localhost.example", false),
            ("notlocalhost", false),
            ("127.0.0.1.example", false),
        ] {
            let host = Host::parse(text).unwrap();
            assert_eq!(host.is_this_machine(), is_this_machine, "{text}");
        }
    }
}

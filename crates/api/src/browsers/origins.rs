//! The origins whose pages may call, and recognising requests of other pages.

use super::forwarded::addressed;
use super::host::Authority;
use crate::client_address::TrustedProxies;
use actix_web::dev::RequestHead;
use actix_web::http::Method;
use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The origins whose pages may call this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedOrigins {
    Any,
    /// These origins, in the form that browsers send.
    Only(Vec<String>),
    /// The origins of this machine, at any port, and these.
    ThisMachine(Vec<String>),
}

impl AllowedOrigins {
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(listed) => listed.iter().any(|allowed| allowed == origin),
            Self::ThisMachine(others) => {
                is_this_machine(origin) || others.iter().any(|allowed| allowed == origin)
            }
        }
    }
}

/// An origin in the form that browsers send: in lower case, in ASCII, and without the default port.
/// Any scheme is allowed, since pages of installed programs have their own schemes.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let (scheme, authority) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(is_scheme) {
        return None;
    }
    let authority = Authority::parse(authority)?;
    let usual = Authority {
        port: None,
        ..authority.clone()
    };
    let port = authority
        .port
        .filter(|_| authority.port != usual.port_of(&scheme));
    Some(format!("{scheme}://{}", Authority { port, ..usual }))
}

fn is_this_machine(origin: &str) -> bool {
    let schemes = ["http://", "https://"];
    let rest = schemes
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    let hosts = ["localhost", "127.0.0.1", "[::1]"];
    let port = rest.and_then(|rest| hosts.iter().find_map(|host| rest.strip_prefix(host)));
    port.is_some_and(|port| match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
    })
}

/// Whether a page that may not call sent the request. Browsers ask first for most requests of a
/// page (CORS), but not for a form, nor for a POST without a body; those would have their effect
/// even though the page cannot read the answer.
///
/// The rules are those of Go's `http.CrossOriginProtection`; for requests that only read, they
/// are those of a resource isolation policy (web.dev, "Fetch Metadata"): links from any site may be
/// followed.
pub(super) fn is_refused(
    head: &RequestHead,
    allowed: &AllowedOrigins,
    own: Option<&str>,
    proxies: &TrustedProxies,
) -> bool {
    if *allowed == AllowedOrigins::Any {
        return false;
    }
    let header = |name: HeaderName| head.headers.get(name).map(|value| value.as_bytes());
    // An origin that is not text is not an allowed one.
    let origin = header(ORIGIN).map(|origin| std::str::from_utf8(origin).unwrap_or_default());
    if origin.is_some_and(|origin| allowed.allow(origin) || own == Some(origin)) {
        return false;
    }
    let site = header(FETCH_SITE);
    let foreign = site.map(|site| site != b"same-origin" && site != b"none");
    match head.method {
        // A preflight request asks whether the page may call; the CORS answer says so.
        Method::OPTIONS => {
            head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
                && origin.is_some_and(|origin| !is_own(origin, head, proxies))
        }
        Method::GET | Method::HEAD => {
            foreign == Some(true) && header(FETCH_MODE) != Some(b"navigate")
        }
        _ => foreign.unwrap_or_else(|| origin.is_some_and(|origin| !is_own(origin, head, proxies))),
    }
}

/// Whether the page is one of ours: its origin is the address of the request. Behind a proxy that
/// ends TLS the scheme is not known, so it is not compared.
fn is_own(origin: &str, head: &RequestHead, proxies: &TrustedProxies) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    match (Authority::parse(authority), addressed(head, proxies)) {
        (Some(page), Some(here)) => {
            page.host == here.host && page.port_of(scheme) == here.port_of(scheme)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_may_call_at_any_port() {
        let allowed = AllowedOrigins::ThisMachine(vec!["https://chat.example".to_owned()]);
        for (origin, may) in [
            ("http://localhost", true),
            ("https://localhost", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:5173", true),
            ("http://[::1]:5173", true),
            ("https://chat.example", true),
            ("http://chat.example", false),
            ("https://chat.example:444", false),
            ("null", false),
            ("", false),
            ("http://localhost.evil.example", false),
            ("http://localhost:3000.evil.example", false),
            ("http://localhost:", false),
            ("http://localhost:3000/", false),
            ("http://evil.example", false),
            ("http://127.0.0.2", false),
            ("http://x.localhost", false),
            ("ftp://localhost", false),
            ("http://user@localhost", false),
        ] {
            assert_eq!(allowed.allow(origin), may, "{origin}");
        }
    }

    #[test]
    fn an_origin_has_one_spelling() {
        for (text, spelt) in [
            ("HTTPS://Chat.Example:443", Some("https://chat.example")),
            ("http://chat.example:80", Some("http://chat.example")),
            ("https://chat.example:80", Some("https://chat.example:80")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("tauri://localhost", Some("tauri://localhost")),
            ("null", None),
            ("https://chat.example/", None),
            ("https://*.example", None),
            ("https://", None),
            ("://chat.example", None),
            ("chat.example", None),
        ] {
            assert_eq!(origin(text).as_deref(), spelt, "{text}");
        }
    }
}

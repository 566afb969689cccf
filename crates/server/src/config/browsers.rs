//! Settings about the addresses and names of this server, and about browsers.

use super::{ConfigError, bad, given};
use actix_web::http::Uri;
use api::browsers::{AllowedOrigins, Host, origin, origin_of};
use api::client_address::TrustedProxies;
use api::shares::public::ContinueUrl;
use std::net::IpAddr;

pub(super) fn public_url(setting: &Option<String>) -> Result<Option<String>, ConfigError> {
    let Some(url) = given(setting) else {
        return Ok(None);
    };
    let parsed: Option<Uri> = url.parse().ok();
    let usable = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none()
    });
    if !usable || origin_of(url).is_none() {
        return Err(bad(
            "PUBLIC_URL",
            "must be an address such as https://chat.example.org",
        ));
    }
    Ok(Some(url.trim_end_matches('/').to_owned()))
}

/// Where a shared conversation can continue.
pub(super) fn continue_url(setting: &Option<String>) -> Result<Option<ContinueUrl>, ConfigError> {
    let Some(url) = given(setting) else {
        return Ok(None);
    };
    let url = ContinueUrl::parse(url);
    url.map(Some)
        .ok_or_else(|| bad("SHARE_CONTINUE_URL", ContinueUrl::RULE))
}

/// The host of a public address.
pub(super) fn host(url: &str) -> Option<Host> {
    let uri: Uri = url.parse().ok()?;
    Host::parse(uri.host()?)
}

/// The origins whose pages may call. Only with an embedded database are pages of this machine
/// allowed by default, since that database belongs to this machine's user.
pub(super) fn cors(
    setting: &Option<String>,
    embedded: bool,
    public_url: Option<&str>,
) -> Result<AllowedOrigins, ConfigError> {
    let Some(list) = given(setting) else {
        return Ok(match embedded {
            true => {
                AllowedOrigins::ThisMachine(public_url.and_then(origin_of).into_iter().collect())
            }
            false => AllowedOrigins::Only(Vec::new()),
        });
    };
    if list == "*" {
        return Ok(AllowedOrigins::Any);
    }
    let problem = "it must be * or a list of origins such as https://example.org";
    listed("CORS_ALLOWED_ORIGINS", list, problem, ascii_origin).map(AllowedOrigins::Only)
}

/// The accepted hosts in addition to the usual ones.
pub(super) fn allowed_hosts(setting: &Option<String>) -> Result<Option<Vec<Host>>, ConfigError> {
    let problem =
        "it must be a list of names and addresses such as chat.example.org, without ports";
    given(setting)
        .map(|list| listed("ALLOWED_HOSTS", list, problem, ascii_host))
        .transpose()
}

pub(super) fn proxies(setting: &Option<String>) -> Result<TrustedProxies, ConfigError> {
    let network = |network: &str| {
        let single = || network.parse::<IpAddr>().map(ipnet::IpNet::from).ok();
        network.parse().ok().or_else(single)
    };
    let problem = "it must be a list of networks such as 10.0.0.0/8";
    let list = given(setting).unwrap_or_default();
    listed("TRUSTED_PROXIES", list, problem, network).map(TrustedProxies)
}

/// The entries of a list, which are separated by commas.
fn listed<T>(
    variable: &'static str,
    list: &str,
    problem: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ConfigError> {
    let entries = list.split(',').map(str::trim);
    entries
        .filter(|entry| !entry.is_empty())
        .map(|entry| read(entry).ok_or_else(|| bad(variable, format!("has {entry:?}; {problem}"))))
        .collect()
}

/// A host as requests name it: a Unicode name becomes ASCII. IPv6 addresses may be written without
/// brackets.
fn ascii_host(text: &str) -> Option<Host> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Host::Address(address.to_canonical()));
    }
    match text.is_ascii() {
        true => Host::parse(text),
        false => Host::parse(&idna::domain_to_ascii(text).ok()?),
    }
}

/// An origin in the form that browsers send.
fn ascii_origin(text: &str) -> Option<String> {
    if text.is_ascii() {
        return origin(text);
    }
    let (scheme, authority) = text.split_once("://")?;
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) => (name, format!(":{port}")),
        None => (authority, String::new()),
    };
    origin(&format!(
        "{scheme}://{}{port}",
        idna::domain_to_ascii(name).ok()?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn hosts_are_read_as_requests_name_them() {
        let hosts = |list| {
            let hosts = allowed_hosts(&some(list)).unwrap().unwrap();
            hosts.iter().map(Host::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            hosts("Chat.Example.org., bücher.example, 192.168.1.5, fd00::1, [fd00::2],"),
            [
                "chat.example.org",
                "xn--bcher-kva.example",
                "192.168.1.5",
                "[fd00::1]",
                "[fd00::2]"
            ]
        );
        for bad in [
            "*",
            "a b",
            "https://chat.example.org",
            "chat.example.org:8000",
        ] {
            assert!(allowed_hosts(&some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        let list = some("HTTPS://Chat.Example:443, http://bücher.example:3000, tauri://localhost");
        let expected = [
            "https://chat.example",
            "http://xn--bcher-kva.example:3000",
            "tauri://localhost",
        ];
        assert_eq!(
            cors(&list, true, None).unwrap(),
            AllowedOrigins::Only(expected.map(str::to_owned).to_vec())
        );
        for bad in [
            "null",
            "https://chat.example/",
            "https://*.example",
            "chat.example",
        ] {
            assert!(cors(&some(bad), true, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_public_address_may_call_where_the_database_is_embedded() {
        let url = Some("https://Chat.example:443/conversations");
        let allowed = cors(&None, true, url).unwrap();
        assert!(allowed.allow("https://chat.example") && allowed.allow("http://localhost:3000"));
        let allowed = cors(&None, false, url).unwrap();
        assert!(!allowed.allow("https://chat.example") && !allowed.allow("http://localhost:3000"));
    }
}

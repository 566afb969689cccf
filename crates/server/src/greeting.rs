//! The first lines of the log: the address and other information for a person.

use crate::config::Config;
use std::net::SocketAddr;

/// The ways to get a token here.
pub(crate) fn tokens(config: &Config, embedded: bool) -> Vec<&'static str> {
    let guest = config
        .guest_login
        .then_some("curl -X POST {url}/auth/guest-login");
    let operator = embedded.then_some("jan-conversations token, for this database's owner");
    guest.into_iter().chain(operator).collect()
}

/// Warns that links for other machines are made from the host that each request names.
pub(crate) fn warn_of_links(address: SocketAddr, public_url: Option<&str>) {
    if !address.ip().is_loopback() && public_url.is_none() {
        tracing::warn!(
            "PUBLIC_URL is not set, and {address} is reached from elsewhere: links are made from the \
             host that each request names. Set PUBLIC_URL to the address that people use"
        );
    }
}

/// Names the issuers whose tokens are accepted.
pub(crate) fn name_issuers(config: &Config) {
    for issuer in config.issuers.names() {
        tracing::info!("tokens of {issuer} are accepted");
    }
}

/// Logs the information that a person needs first.
pub(crate) fn greet(address: SocketAddr, data: &str, tokens: &[&str]) {
    let host = match address.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => "localhost".to_owned(),
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let url = format!("http://{host}:{}", address.port());
    tracing::info!("listening on {url}");
    tracing::info!("data: {data}");
    tracing::info!("Swagger UI: {url}/docs/");
    for how in tokens {
        tracing::info!("a token: {}", how.replace("{url}", &url));
    }
}

//! The settings of an issuer.

use reqwest::{Url, redirect};
use std::time::Duration;

/// An issuer whose tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings {
    /// As its tokens name it (`iss`), to the letter.
    pub issuer: String,
    /// The name of this service in its tokens (`aud`).
    pub audience: String,
    /// The address of its keys; `None`: it is in the issuer's configuration (OpenID Connect Discovery 1.0).
    pub jwks_url: Option<Url>,
    /// The only client whose tokens are accepted (`azp`); `None`: any.
    pub client: Option<String>,
}

/// No TLS certificates can be used, so an issuer cannot be reached safely.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct IssuerProblem(#[from] reqwest::Error);

/// The HTTP client for requests to issuers.
pub(super) type IssuerClient = reqwest::Client;

impl IssuerSettings {
    /// The rule for an issuer, for the sentence that refuses one.
    pub const RULE: &str = "must be an issuer's http or https address without query";
    /// The rule for the address of keys.
    pub const KEYS_RULE: &str = "must be an http or https address";

    /// `None` where the issuer, the audience or the client is not usable.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Option<Self> {
        let url = address(issuer)?;
        let plain = url.query().is_none() && url.fragment().is_none();
        (plain && !audience.is_empty()).then(|| Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            jwks_url: None,
            client: None,
        })
    }

    /// Sets the address of the keys; `None` where it is not usable.
    #[must_use]
    pub fn with_keys_at(self, url: &str) -> Option<Self> {
        let jwks_url = Some(address(url)?);
        Some(Self { jwks_url, ..self })
    }

    /// Where the issuer's configuration is (OpenID Connect Discovery 1.0, 4).
    pub(super) fn configuration(&self) -> Option<Url> {
        let issuer = self.issuer.trim_end_matches('/');
        address(&format!("{issuer}/.well-known/openid-configuration"))
    }

    /// An address of keys that the issuer's configuration names. An issuer that is reached by TLS must
    /// not send us elsewhere without it.
    pub(super) fn named_keys(&self, url: &str) -> Option<Url> {
        let encrypted = self.issuer.starts_with("https:");
        address(url).filter(|url| !encrypted || url.scheme() == "https")
    }

    fn is_encrypted(&self) -> bool {
        let keys = self.jwks_url.as_ref();
        keys.map_or(self.issuer.as_str(), Url::as_str)
            .starts_with("https:")
    }

    pub(super) fn client(&self) -> Result<IssuerClient, IssuerProblem> {
        let mut client = IssuerClient::builder()
            .user_agent(concat!("jan-conversations/", env!("CARGO_PKG_VERSION")))
            // Keys come only from where the operator or the issuer says.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(5))
            // Minutes pass between two requests.
            .pool_max_idle_per_host(0);
        if !self.is_encrypted() {
            // Certificates are not needed then; a small container may have none.
            client = client.tls_certs_only([]);
        }
        Ok(client.build()?)
    }
}

fn address(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let named = url.has_host() && url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && named).then_some(url)
}

//! Fetches the keys of an issuer, with a limit on everything.

use super::keys::{IssuerKeys, KeysProblem};
use super::settings::{IssuerClient, IssuerSettings};
use reqwest::{StatusCode, Url, header};
use serde::Deserialize;
use std::error::Error as _;

/// The most bytes of an answer. Issuers publish a few keys of a kilobyte or two.
const MOST: usize = 256 * 1024;

/// Why the keys of an issuer could not be fetched, for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchProblem {
    #[error("{0} cannot be reached: {1}")]
    Unreachable(&'static str, String),
    #[error("{0} answers {1}; redirects are not followed")]
    Status(&'static str, StatusCode),
    #[error("{0} answers with more than 256 KiB")]
    TooLong(&'static str),
    #[error("the issuer's configuration cannot be read, or lacks issuer or jwks_uri")]
    Configuration,
    #[error(
        "the issuer's configuration is of another issuer: OIDC_ISSUER must be written as there"
    )]
    OtherIssuer,
    #[error("the issuer's configuration names an address of keys that cannot be used")]
    KeysAddress,
    #[error("{0}")]
    Keys(#[from] KeysProblem),
    #[error("it took more than 5 seconds")]
    TooSlow,
}

/// The fields that are needed from an issuer's configuration (OpenID Connect Discovery 1.0, 3).
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

pub(super) async fn fetch(
    client: &IssuerClient,
    settings: &IssuerSettings,
) -> Result<IssuerKeys, FetchProblem> {
    let url = match &settings.jwks_url {
        Some(url) => url.clone(),
        None => discover(client, settings).await?,
    };
    let body = get(client, url, "the address of the issuer's keys").await?;
    Ok(IssuerKeys::parse(&body, settings)?)
}

/// The address of the keys, by the issuer's configuration. It must name the same issuer (4.3).
async fn discover(client: &IssuerClient, settings: &IssuerSettings) -> Result<Url, FetchProblem> {
    let url = settings
        .configuration()
        .ok_or(FetchProblem::Configuration)?;
    let body = get(client, url, "the address of the issuer's configuration").await?;
    let configuration: Configuration =
        serde_json::from_slice(&body).map_err(|_| FetchProblem::Configuration)?;
    if configuration.issuer != settings.issuer {
        return Err(FetchProblem::OtherIssuer);
    }
    let url = settings.named_keys(&configuration.jwks_uri);
    url.ok_or(FetchProblem::KeysAddress)
}

async fn get(client: &IssuerClient, url: Url, what: &'static str) -> Result<Vec<u8>, FetchProblem> {
    let unreachable = |error: reqwest::Error| {
        let cause = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        FetchProblem::Unreachable(what, cause)
    };
    let request = client.get(url).header(header::ACCEPT, "application/json");
    let mut response = request.send().await.map_err(unreachable)?;
    if response.status() != StatusCode::OK {
        return Err(FetchProblem::Status(what, response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MOST {
            return Err(FetchProblem::TooLong(what));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

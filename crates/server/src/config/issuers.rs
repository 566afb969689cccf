//! The external issuers whose tokens are accepted.

use super::{ConfigError, bad, given, parsed};
use crate::cli::GivenSettings;
use domain::clock::{Clock, Timer};
use infra::security::{IssuerProblem, IssuerSettings};
use std::sync::Arc;
use tokio::runtime::Handle;

const LIST: &str = "OIDC_ISSUERS";

/// The external issuers, and the longest accepted lifetime of their tokens.
#[derive(Debug)]
pub struct AcceptedIssuers {
    all: Vec<IssuerSettings>,
    longest: i64,
}

impl AcceptedIssuers {
    pub(super) fn read(settings: &GivenSettings) -> Result<Self, ConfigError> {
        let mut all: Vec<IssuerSettings> = single(settings)?.into_iter().collect();
        let list = given(&settings.oidc_issuers).unwrap_or_default();
        let entries = list.split(',').map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            let issuer = listed(entry)?;
            if all.iter().any(|known| known.issuer == issuer.issuer) {
                let problem = format!("names {} twice, or as OIDC_ISSUER does", issuer.issuer);
                return Err(bad(LIST, problem));
            }
            all.push(issuer);
        }
        Ok(Self {
            all,
            longest: longest(settings)?,
        })
    }

    /// The names of the issuers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|issuer| issuer.issuer.as_str())
    }

    /// Begins to fetch their keys, on this runtime.
    pub(crate) fn start(
        &self,
        clock: &Arc<dyn Clock>,
        timer: &Arc<dyn Timer>,
    ) -> Result<infra::security::ExternalIssuers, IssuerProblem> {
        let (all, runtime) = (self.all.clone(), Handle::current());
        infra::security::ExternalIssuers::start(all, self.longest, clock, timer, &runtime)
    }
}

/// The issuer of the single settings.
fn single(settings: &GivenSettings) -> Result<Option<IssuerSettings>, ConfigError> {
    let Some(issuer) = given(&settings.oidc_issuer) else {
        let lone = [
            ("OIDC_AUDIENCE", &settings.oidc_audience),
            ("JWKS_URL", &settings.jwks_url),
        ];
        let mut lone = lone.iter().filter(|(_, setting)| given(setting).is_some());
        return match lone.next() {
            Some((name, _)) => Err(bad("OIDC_ISSUER", format!("is required with {name}"))),
            None => Ok(None),
        };
    };
    let Some(audience) = given(&settings.oidc_audience) else {
        let problem = "is required with OIDC_ISSUER: the name of this service in its tokens (aud)";
        return Err(bad("OIDC_AUDIENCE", problem));
    };
    let read = IssuerSettings::new(issuer, audience);
    let read = read.ok_or_else(|| bad("OIDC_ISSUER", IssuerSettings::RULE))?;
    match given(&settings.jwks_url) {
        None => Ok(Some(read)),
        Some(url) => {
            let read = read.with_keys_at(url);
            let problem = || bad("JWKS_URL", IssuerSettings::KEYS_RULE);
            read.map(Some).ok_or_else(problem)
        }
    }
}

/// An entry of the list: issuer|audience[|jwks_url[|client]].
fn listed(entry: &str) -> Result<IssuerSettings, ConfigError> {
    let problem = |rule: &str| bad(LIST, format!("has {entry:?}: {rule}"));
    let mut parts = entry.split('|').map(str::trim);
    let mut part = || parts.next().filter(|part| !part.is_empty());
    let (issuer, audience, keys, client) = (part(), part(), part(), part());
    let (Some(issuer), Some(audience), None) = (issuer, audience, parts.next()) else {
        return Err(problem(
            "an entry must be issuer|audience[|jwks_url[|client]]",
        ));
    };
    let read = IssuerSettings::new(issuer, audience);
    let mut read =
        read.ok_or_else(|| problem("an issuer must be an http or https address without query"))?;
    if let Some(url) = keys {
        let with_keys = read.with_keys_at(url);
        read = with_keys.ok_or_else(|| problem("jwks_url must be an http or https address"))?;
    }
    read.client = client.map(str::to_owned);
    Ok(read)
}

fn longest(settings: &GivenSettings) -> Result<i64, ConfigError> {
    const VARIABLE: &str = "OIDC_MAX_TOKEN_SECONDS";
    const PROBLEM: &str = "must be a number of seconds, 60 to 2592000";
    match parsed(VARIABLE, &settings.oidc_max_token_seconds, PROBLEM)? {
        None => Ok(86_400),
        Some(seconds) if (60..=2_592_000).contains(&seconds) => Ok(seconds),
        Some(_) => Err(bad(VARIABLE, PROBLEM)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_single_issuer_and_the_list_are_added_up() {
        let some = |text: &str| Some(text.to_owned());
        let settings = GivenSettings {
            oidc_issuer: some("http://keycloak:8085/realms/jan"),
            oidc_audience: some("account"),
            oidc_issuers: some(
                "https://a.example/ | jan, https://b.example|jan|https://b.example/keys|web,\
                 https://c.example|jan||web",
            ),
            ..GivenSettings::default()
        };
        let issuers = AcceptedIssuers::read(&settings).unwrap();
        let names: Vec<_> = issuers.names().collect();
        assert_eq!(
            names,
            [
                "http://keycloak:8085/realms/jan",
                "https://a.example/",
                "https://b.example",
                "https://c.example"
            ]
        );
        let clients = issuers.all.iter().map(|issuer| issuer.client.as_deref());
        assert_eq!(
            clients.collect::<Vec<_>>(),
            [None, None, Some("web"), Some("web")]
        );
        let keys = issuers
            .all
            .iter()
            .filter(|issuer| issuer.jwks_url.is_some());
        assert_eq!(keys.count(), 1);
    }
}

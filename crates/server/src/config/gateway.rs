//! A gateway that names its callers.

use super::{ConfigError, bad, given, storage};
use crate::cli::GivenSettings;
use api::client_address::TrustedProxies;
use domain::auth::Gateway as Known;
use domain::secret::Secrets as _;
use infra::security::{IssuerSettings, RandomSecrets};

/// The gateway's secret, and the issuer of the subjects that it names.
pub struct GatewaySettings {
    secret: String,
    issuer: String,
}

impl GatewaySettings {
    pub(super) fn read(
        settings: &GivenSettings,
        proxies: &TrustedProxies,
    ) -> Result<Option<Self>, ConfigError> {
        let named = given(&settings.gateway_issuer);
        let secret = storage::secret("GATEWAY_SECRET", &settings.gateway_secret)?;
        let Some(secret) = secret else {
            return match named {
                Some(_) => Err(bad("GATEWAY_SECRET", "is required with GATEWAY_ISSUER")),
                None => Ok(None),
            };
        };
        let Some(issuer) = named.or_else(|| given(&settings.oidc_issuer)) else {
            let problem = "is required with GATEWAY_SECRET, unless OIDC_ISSUER is set";
            return Err(bad("GATEWAY_ISSUER", problem));
        };
        if IssuerSettings::new(issuer, "any").is_none() {
            return Err(bad("GATEWAY_ISSUER", IssuerSettings::RULE));
        }
        if proxies.0.is_empty() {
            let problem = "is required with GATEWAY_SECRET: the gateway's own addresses";
            return Err(bad("TRUSTED_PROXIES", problem));
        }
        Ok(Some(Self {
            secret,
            issuer: issuer.to_owned(),
        }))
    }

    pub(crate) fn known(&self) -> Known {
        Known {
            secret: RandomSecrets.digest(&self.secret),
            issuer: self.issuer.clone(),
        }
    }
}

impl std::fmt::Debug for GatewaySettings {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

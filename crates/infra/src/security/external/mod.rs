//! Tokens of external issuers (OpenID Connect): JWTs that are signed with the issuer's own keys, which
//! the issuer publishes (RFC 7517). What is checked follows RFC 8725.

mod fetch;
mod issuer;
mod keys;
mod payload;
mod refusal;
mod settings;

pub use settings::{IssuerProblem, IssuerSettings};

use domain::auth::{ExternalTokens, Identity, Refused};
use domain::clock::{Clock, Timer};
use domain::error::{Error, Result, Unauthenticated};
use issuer::{Issuer, Terms};
use jsonwebtoken::Algorithm;
use payload::Named;
use refusal::Refusal;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The most bytes of a token. Those of Keycloak with hundreds of groups have half as many.
const MOST: usize = 16 * 1024;

/// The issuers whose tokens are accepted.
#[derive(Default)]
pub struct Issuers(Vec<Arc<Issuer>>);

impl Issuers {
    /// Begins to fetch the keys of these issuers, and keeps them fresh as long as this lives.
    /// `longest` is the longest accepted lifetime of a token in seconds. Connections are made on
    /// `runtime`.
    ///
    /// # Errors
    /// This system's trusted certificates cannot be read.
    pub fn start(
        settings: Vec<IssuerSettings>,
        longest: i64,
        clock: &Arc<dyn Clock>,
        timer: &Arc<dyn Timer>,
        runtime: &Handle,
    ) -> std::result::Result<Self, IssuerProblem> {
        let mut issuers = Vec::new();
        for settings in settings {
            let terms = Terms {
                longest,
                clock: Arc::clone(clock),
                timer: Arc::clone(timer),
                runtime: runtime.clone(),
            };
            let issuer = Arc::new(Issuer::new(settings, terms)?);
            runtime.spawn(issuer::keep_fresh(
                Arc::downgrade(&issuer),
                Arc::clone(timer),
            ));
            issuers.push(issuer);
        }
        Ok(Self(issuers))
    }

    /// The issuer that the token names. The name is not proven yet.
    fn named(&self, token: &str) -> std::result::Result<&Arc<Issuer>, Refusal> {
        let named = jsonwebtoken::dangerous::insecure_decode_claims::<Named>(token);
        let named = named.map_err(|_| Refusal::NotAToken)?;
        let mut issuers = self.0.iter();
        let issuer = issuers.find(|issuer| issuer.is_called(&named.iss));
        issuer.ok_or(Refusal::UnknownIssuer(named.iss))
    }

    fn check(&self, token: &str) -> std::result::Result<Option<Identity>, Refusal> {
        if token.len() > MOST {
            return Err(Refusal::TooLong);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::NotAToken)?;
        self.named(token)?.check(token, &header)
    }
}

#[async_trait::async_trait]
impl ExternalTokens for Issuers {
    fn reads(&self, token: &str) -> bool {
        // Our own tokens are signed by HMAC; an unreadable token has no issuer.
        !self.0.is_empty()
            && jsonwebtoken::decode_header(token)
                .is_ok_and(|header| !matches!(header.alg, Algorithm::HS256))
    }

    fn verify(&self, token: &str) -> Result<Option<Identity>> {
        self.check(token).map_err(|refusal| refused(&refusal))
    }

    async fn look_for_key(&self, token: &str) -> Result<()> {
        match self.named(token) {
            Ok(issuer) => issuer.look().await,
            Err(refusal) => Err(refused(&refusal)),
        }
    }

    fn refuse(&self, reason: Refused) -> Error {
        refused(&reason)
    }
}

/// The answer is the same for all reasons: an attacker learns nothing from it.
fn refused(reason: &dyn std::fmt::Display) -> Error {
    tracing::info!(%reason, "a token of an external issuer is refused");
    Error::Unauthenticated(Unauthenticated::External)
}

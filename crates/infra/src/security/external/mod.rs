//! Tokens of external issuers (OpenID Connect): JWTs that are signed with the issuer's own keys, which
//! the issuer publishes (RFC 7517). The checks follow RFC 8725.

mod failures;
mod fetch;
mod header;
mod issuer;
mod keys;
mod payload;
mod refusal;
mod settings;

pub use settings::{IssuerProblem, IssuerSettings};

use domain::auth::{ExternalIdentity, ExternalRefused, ExternalTokens};
use domain::clock::{Clock, Timer};
use domain::error::{Error, Result, Unauthenticated};
use header::read;
use issuer::{ExternalIssuer, IssuerTerms};
use jsonwebtoken::Algorithm;
use payload::Named;
use refusal::TokenRefusal;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The most bytes of a token. Those of Keycloak with hundreds of groups have half as many.
const MOST: usize = 16 * 1024;

/// The issuers whose tokens are accepted.
#[derive(Default)]
pub struct ExternalIssuers(Vec<Arc<ExternalIssuer>>);

impl ExternalIssuers {
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
            let terms = IssuerTerms {
                longest,
                clock: Arc::clone(clock),
                timer: Arc::clone(timer),
                runtime: runtime.clone(),
            };
            let issuer = Arc::new(ExternalIssuer::new(settings, terms)?);
            runtime.spawn(issuer::keep_fresh(
                Arc::downgrade(&issuer),
                Arc::clone(timer),
            ));
            issuers.push(issuer);
        }
        Ok(Self(issuers))
    }

    /// The issuers' names, and the age of their keys in seconds; `None`: no keys are known.
    pub fn ages(&self) -> impl Iterator<Item = (&str, Option<f64>)> {
        self.0.iter().map(|issuer| issuer.age())
    }

    /// The issuer that the token names. The name is not proven yet.
    fn named(&self, token: &str) -> std::result::Result<&Arc<ExternalIssuer>, TokenRefusal> {
        let named = named(token).ok_or(TokenRefusal::NotAToken)?;
        let mut issuers = self.0.iter();
        let issuer = issuers.find(|issuer| issuer.is_called(&named.iss));
        issuer.ok_or(TokenRefusal::UnknownIssuer(named.iss))
    }

    fn check(&self, token: &str) -> std::result::Result<Option<ExternalIdentity>, TokenRefusal> {
        if token.len() > MOST {
            return Err(TokenRefusal::TooLong);
        }
        let header = read(token)?;
        self.named(token)?.check(token, &header)
    }
}

fn named(token: &str) -> Option<Named> {
    jsonwebtoken::dangerous::insecure_decode_claims(token).ok()
}

/// Whether a token has the form of our own: signed by HMAC, in the name of this service.
fn is_our_own(token: &str) -> bool {
    let signed = jsonwebtoken::decode_header(token);
    signed.is_ok_and(|header| header.alg == Algorithm::HS256)
        && named(token).is_some_and(|named| named.iss == super::jwt::ISSUER)
}

#[async_trait::async_trait]
impl ExternalTokens for ExternalIssuers {
    fn reads(&self, token: &str) -> bool {
        !self.0.is_empty() && (token.len() > MOST || !is_our_own(token))
    }

    fn verify(&self, token: &str) -> Result<Option<ExternalIdentity>> {
        self.check(token).map_err(|refusal| refused(&refusal))
    }

    async fn look_for_key(&self, token: &str) -> Result<()> {
        match self.named(token) {
            Ok(issuer) => issuer.look().await,
            Err(refusal) => Err(refused(&refusal)),
        }
    }

    fn refuse(&self, reason: ExternalRefused) -> Error {
        refused(&reason)
    }
}

/// The answer is the same for all reasons, so that it does not help an attacker.
fn refused(reason: &dyn std::fmt::Display) -> Error {
    tracing::info!(%reason, "a token of an external issuer is refused");
    Error::Unauthenticated(Unauthenticated::External)
}

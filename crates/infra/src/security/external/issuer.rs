//! One issuer: its keys, and when they are fetched.

use super::fetch::{FetchProblem, fetch};
use super::keys::Keys;
use super::payload::Payload;
use super::refusal::Refusal;
use super::settings::{Client, IssuerProblem, IssuerSettings};
use chrono::{DateTime, Utc};
use domain::auth::Identity;
use domain::clock::{Clock, Timer};
use domain::error::{Error, Result};
use jsonwebtoken::Header;
use jsonwebtoken::errors::ErrorKind;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The pause between two fetches in the background.
const REST: Duration = Duration::from_secs(300);
/// The pause after a failed fetch, and the least time between two fetches for unknown keys.
const RETRY: Duration = Duration::from_secs(30);
/// The pause after a failed fetch while no keys are known: the issuer may just be starting.
const FIRST: Duration = Duration::from_secs(5);
/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The same for all issuers.
pub(super) struct Terms {
    /// The longest accepted lifetime of a token in seconds.
    pub(super) longest: i64,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) runtime: Handle,
}

/// An issuer, and its last good keys. They serve on while the issuer is away.
pub(super) struct Issuer {
    settings: IssuerSettings,
    terms: Terms,
    client: Client,
    keys: RwLock<Arc<Keys>>,
    /// The last fetch. Locked while one runs.
    last: Arc<Mutex<Option<Fetch>>>,
}

/// A fetch: when it began, and after which time the next one in the background is due.
#[derive(Clone, Copy)]
struct Fetch {
    at: DateTime<Utc>,
    rest: Duration,
}

impl Issuer {
    pub(super) fn new(
        settings: IssuerSettings,
        terms: Terms,
    ) -> std::result::Result<Self, IssuerProblem> {
        Ok(Self {
            client: settings.client()?,
            settings,
            terms,
            keys: RwLock::default(),
            last: Arc::default(),
        })
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.settings.issuer == name
    }

    fn keys(&self) -> Arc<Keys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }

    /// The identity of a token; `None` where the key is not known.
    pub(super) fn check(
        &self,
        token: &str,
        header: &Header,
    ) -> std::result::Result<Option<Identity>, Refusal> {
        if header.crit.is_some() {
            return Err(Refusal::Critical);
        }
        // Tokens of another kind have another type (RFC 8725, 3.11; RFC 9068, 2.1).
        let kind = header.typ.as_deref().unwrap_or("JWT");
        let known = ["JWT", "at+jwt", "application/at+jwt"];
        if !known.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            return Err(Refusal::Type(kind.to_owned()));
        }
        let keys = self.keys();
        let Some(key) = keys.find(header)? else {
            return Ok(None);
        };
        let decoded = jsonwebtoken::decode::<Payload>(token, &key.decoding, &key.validation);
        let payload = decoded.map_err(|error| refusal(error.kind()))?.claims;
        let now = self.terms.clock.now();
        payload
            .check(&self.settings, self.terms.longest, now)
            .map(Some)
    }

    /// Fetches the keys for a request, at most once in [`RETRY`]; waits for a fetch that runs.
    pub(super) async fn look(self: &Arc<Self>) -> Result<()> {
        let last = Arc::clone(&self.last).lock_owned().await;
        if self.rests(last.map(|last| (last.at, RETRY))).is_none() {
            let issuer = Arc::clone(self);
            // The fetch goes on when the client leaves: others may wait for it.
            let fetching = async move { issuer.refresh(last).await };
            let _ = self.terms.runtime.spawn(fetching).await;
        }
        match self.keys().is_empty() {
            true => Err(Error::IssuerUnavailable {
                retry_after: FIRST.as_secs(),
            }),
            false => Ok(()),
        }
    }

    /// What is left of a pause that began with a fetch; `None`: the next one is due.
    fn rests(&self, pause: Option<(DateTime<Utc>, Duration)>) -> Option<Duration> {
        let (at, pause) = pause?;
        // If the clock was set back, the last fetch must not count for longer.
        let age = (self.terms.clock.now() - at).to_std().ok()?;
        pause.checked_sub(age).filter(|rest| !rest.is_zero())
    }

    async fn refresh(&self, mut last: OwnedMutexGuard<Option<Fetch>>) {
        let at = self.terms.clock.now();
        *last = Some(Fetch { at, rest: RETRY });
        let rest = self.fetch().await;
        *last = Some(Fetch { at, rest });
    }

    /// Fetches the keys; returns the pause before the next fetch in the background.
    async fn fetch(&self) -> Duration {
        let got = tokio::select! {
            got = fetch(&self.client, &self.settings) => got,
            () = self.terms.timer.wait(PATIENCE) => Err(FetchProblem::TooSlow),
        };
        let issuer = self.settings.issuer.as_str();
        match got {
            Ok(keys) => {
                tracing::debug!(
                    issuer,
                    keys = keys.len(),
                    "the keys of an issuer are fetched"
                );
                let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
                *known = Arc::new(keys);
                REST
            }
            Err(problem) if self.keys().is_empty() => {
                tracing::warn!(
                    issuer,
                    %problem,
                    "the keys of an issuer cannot be fetched; its tokens are refused until they are"
                );
                FIRST
            }
            Err(problem) => {
                tracing::warn!(
                    issuer,
                    %problem,
                    "the keys of an issuer cannot be fetched; the last ones serve on"
                );
                RETRY
            }
        }
    }
}

fn refusal(error: &ErrorKind) -> Refusal {
    match error {
        ErrorKind::MissingRequiredClaim(claim) => Refusal::Claim(match claim.as_str() {
            "iss" => "iss",
            "aud" => "aud",
            "sub" => "sub",
            _ => "exp",
        }),
        ErrorKind::InvalidAudience => Refusal::Audience,
        ErrorKind::InvalidAlgorithm | ErrorKind::MissingAlgorithm => Refusal::Algorithm,
        ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => Refusal::NotAToken,
        _ => Refusal::Signature,
    }
}

/// Fetches the keys regularly, as long as the issuer is needed.
pub(super) async fn keep_fresh(issuer: Weak<Issuer>, timer: Arc<dyn Timer>) {
    while let Some(issuer) = issuer.upgrade() {
        let last = Arc::clone(&issuer.last).lock_owned().await;
        match issuer.rests(last.map(|last| (last.at, last.rest))) {
            None => issuer.refresh(last).await,
            Some(rest) => {
                drop((issuer, last));
                timer.wait(rest).await;
            }
        }
    }
}

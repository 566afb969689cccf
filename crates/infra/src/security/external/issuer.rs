//! One issuer: its keys, and when they are fetched.

use super::failures::{FetchFailures, REST};
use super::fetch::{FetchProblem, fetch};
use super::keys::IssuerKeys;
use super::payload::Payload;
use super::refusal::TokenRefusal;
use super::settings::{IssuerClient, IssuerProblem, IssuerSettings};
use chrono::{DateTime, Utc};
use domain::auth::ExternalIdentity;
use domain::clock::{Clock, Timer};
use domain::error::{Error, Result};
use domain::mutex::locked;
use jsonwebtoken::Header;
use jsonwebtoken::errors::ErrorKind;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The pause after the first failed fetch, and the least time between two fetches for requests.
const RETRY: Duration = Duration::from_secs(30);
/// The pause after the first failed fetch while no keys are known: the issuer may just be starting.
const FIRST: Duration = Duration::from_secs(5);
/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all issuers have in common.
pub(super) struct IssuerTerms {
    /// The longest accepted lifetime of a token in seconds.
    pub(super) longest: i64,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) runtime: Handle,
}

/// An issuer, and its last good keys. They stay in use while the issuer is away.
pub(super) struct ExternalIssuer {
    settings: IssuerSettings,
    terms: IssuerTerms,
    client: IssuerClient,
    keys: RwLock<Arc<IssuerKeys>>,
    /// When the keys were fetched.
    fetched: std::sync::Mutex<Option<DateTime<Utc>>>,
    /// The last fetch. Locked while one runs.
    last: Arc<Mutex<Option<Fetch>>>,
}

/// A fetch.
#[derive(Clone)]
struct Fetch {
    /// When it began.
    at: DateTime<Utc>,
    /// The time after which the next one in the background is due.
    rest: Duration,
    /// The failures until then, this one included; `None`: it did not fail.
    failures: Option<FetchFailures>,
}

impl ExternalIssuer {
    pub(super) fn new(
        settings: IssuerSettings,
        terms: IssuerTerms,
    ) -> std::result::Result<Self, IssuerProblem> {
        Ok(Self {
            client: settings.client()?,
            settings,
            terms,
            keys: RwLock::default(),
            fetched: std::sync::Mutex::default(),
            last: Arc::default(),
        })
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.settings.issuer == name
    }

    /// The issuer's name, and the age of its keys in seconds; `None`: no keys are known.
    pub(super) fn age(&self) -> (&str, Option<f64>) {
        let fetched = *locked(&self.fetched);
        let age = fetched.map(|at| (self.terms.clock.now() - at).as_seconds_f64());
        (&self.settings.issuer, age)
    }

    fn keys(&self) -> Arc<IssuerKeys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }

    /// The identity of a token; `None` where the key is not known.
    pub(super) fn check(
        &self,
        token: &str,
        header: &Header,
    ) -> std::result::Result<Option<ExternalIdentity>, TokenRefusal> {
        if header.crit.is_some() {
            return Err(TokenRefusal::Critical);
        }
        // Tokens of another kind have another type (RFC 8725, 3.11; RFC 9068, 2.1).
        let kind = header.typ.as_deref().unwrap_or("JWT");
        let known = ["JWT", "at+jwt", "application/at+jwt"];
        if !known.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            return Err(TokenRefusal::Type(kind.to_owned()));
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
        let before = last.as_ref().map(|last| (last.at, RETRY));
        if self.rests(before).is_none() {
            let issuer = Arc::clone(self);
            // The fetch continues when the client disconnects: others may wait for it.
            let fetching = async move { issuer.refresh(last).await };
            let _ = self.terms.runtime.spawn(fetching).await;
        } else {
            drop(last);
        }
        match self.keys().is_empty() {
            true => Err(Error::IssuerUnavailable {
                retry_after: self.next_look(),
            }),
            false => Ok(()),
        }
    }

    /// After how many seconds the keys may be fetched again.
    fn next_look(&self) -> u64 {
        // While they are being fetched it is not known.
        let pause = self.last.try_lock().map_or(Some(FIRST), |last| {
            let last = last.as_ref()?;
            self.rests(Some((last.at, last.rest.min(RETRY))))
        });
        let pause = pause.unwrap_or_default();
        pause.as_millis().div_ceil(1_000).max(1) as u64
    }

    /// The rest of a pause that began with a fetch; `None` when the next fetch is due.
    fn rests(&self, pause: Option<(DateTime<Utc>, Duration)>) -> Option<Duration> {
        let (at, pause) = pause?;
        // If the clock was set back, the last fetch must not count for longer.
        let age = (self.terms.clock.now() - at).to_std().ok()?;
        pause.checked_sub(age).filter(|rest| !rest.is_zero())
    }

    async fn refresh(&self, mut last: OwnedMutexGuard<Option<Fetch>>) {
        let at = self.terms.clock.now();
        let failures = last.take().and_then(|last| last.failures);
        // Should this be given up.
        *last = Some(Fetch {
            at,
            rest: RETRY,
            failures: failures.clone(),
        });
        let (rest, failures) = self.fetch(failures).await;
        *last = Some(Fetch { at, rest, failures });
    }

    /// Fetches the keys. Returns the pause before the next fetch in the background, and the failures
    /// until then. The log has a failure once.
    async fn fetch(&self, failures: Option<FetchFailures>) -> (Duration, Option<FetchFailures>) {
        let got = tokio::select! {
            got = fetch(&self.client, &self.settings) => got,
            () = self.terms.timer.wait(PATIENCE) => Err(FetchProblem::TooSlow),
        };
        let issuer = self.settings.issuer.as_str();
        let problem = match got {
            Ok(keys) => {
                let count = keys.len();
                match failures {
                    Some(_) => tracing::info!(issuer, keys = count, "{FETCHED} again"),
                    None => tracing::debug!(issuer, keys = count, "{FETCHED}"),
                }
                let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
                *known = Arc::new(keys);
                *locked(&self.fetched) = Some(self.terms.clock.now());
                return (REST, None);
            }
            Err(problem) => problem.to_string(),
        };
        let mut failures = failures.unwrap_or_default();
        let is_news = failures.add(problem.clone());
        let (first, then) = match self.keys().is_empty() {
            true => (FIRST, "its tokens are refused until they are"),
            false => (RETRY, "the last ones serve on"),
        };
        let pause = failures.pause(first);
        match is_news {
            true => tracing::warn!(issuer, %problem, ?pause, "{UNFETCHED}; {then}"),
            false => tracing::debug!(issuer, %problem, ?pause, "{UNFETCHED}; {then}"),
        }
        (pause, Some(failures))
    }
}

const FETCHED: &str = "the keys of an issuer are fetched";
const UNFETCHED: &str = "the keys of an issuer cannot be fetched";

fn refusal(error: &ErrorKind) -> TokenRefusal {
    match error {
        ErrorKind::MissingRequiredClaim(claim) => TokenRefusal::Claim(match claim.as_str() {
            "iss" => "iss",
            "aud" => "aud",
            "sub" => "sub",
            _ => "exp",
        }),
        ErrorKind::InvalidAudience => TokenRefusal::Audience,
        ErrorKind::InvalidAlgorithm | ErrorKind::MissingAlgorithm => TokenRefusal::Algorithm,
        ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => TokenRefusal::NotAToken,
        _ => TokenRefusal::Signature,
    }
}

/// Fetches the keys regularly, as long as the issuer is needed.
pub(super) async fn keep_fresh(issuer: Weak<ExternalIssuer>, timer: Arc<dyn Timer>) {
    while let Some(issuer) = issuer.upgrade() {
        let last = Arc::clone(&issuer.last).lock_owned().await;
        let pause = last.as_ref().map(|last| (last.at, last.rest));
        match issuer.rests(pause) {
            None => issuer.refresh(last).await,
            Some(rest) => {
                drop((issuer, last));
                timer.wait(rest).await;
            }
        }
    }
}

use super::claim::{RunningClaims, Verdict};
use super::{LEASE, NewClaim, RepeatKey, RepeatStore};
use crate::clock::{Clock, Ids, Timer};
use crate::error::{Error, Result};
use crate::id::OwnerId;
use crate::jobs::Portion;
use crate::secret::{Digest, Secrets};
use crate::tasks::Tasks;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// The use cases of repeats.
pub struct RepeatService {
    held: Arc<RunningClaims>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// How long a repeat waits for the running request.
    pub patience: Duration,
}

/// How a client says that a request may be a repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepeatMark {
    /// A key of the client.
    Key(String),
    /// The attempt number of an official SDK.
    Attempt(u16),
}

/// A request that was looked up, kept for further looks while another one runs.
#[derive(Clone, Copy, Debug)]
pub struct LookedUpRequest {
    pub key: RepeatKey,
    body: Digest,
    pub attempt: Option<u16>,
}

impl RepeatService {
    /// How long an outcome is kept.
    const KEPT: TimeDelta = TimeDelta::hours(24);
    /// How long an SDK may take to repeat a request.
    const ATTEMPTS: TimeDelta = TimeDelta::minutes(10);
    /// How often claims are renewed.
    pub const RENEWAL: Duration = Duration::from_secs(20);

    pub fn new(
        store: Arc<dyn RepeatStore>,
        tasks: Arc<dyn Tasks>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        timer: Arc<dyn Timer>,
        ids: Arc<dyn Ids>,
        patience: Duration,
    ) -> Self {
        Self {
            held: Arc::new(RunningClaims::new(store, tasks, Arc::clone(&clock), timer)),
            secrets,
            clock,
            ids,
            patience,
        }
    }

    /// The digest of a body.
    pub fn digest(&self, body: &str) -> Digest {
        self.secrets.digest(body)
    }

    /// Identifies the request: a key belongs to a route, and stands for an address and a body.
    pub async fn begin(
        &self,
        owner: OwnerId,
        asked: &RepeatMark,
        route: &str,
        address: &str,
        body: Digest,
    ) -> Result<LookedUpRequest> {
        let body: String = body.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = self.digest(&format!("{route}\n{address}\n{body}"));
        let of = |key| RepeatKey { owner, key };
        let (key, attempt) = match asked {
            RepeatMark::Key(key) => (of(self.digest(&format!("{route}\n{key}"))), None),
            RepeatMark::Attempt(attempt) => {
                let since = self.clock.now() - Self::ATTEMPTS;
                let earlier = match attempt {
                    0 => None,
                    attempt => {
                        let body = of(body);
                        self.held.store.matching(body, *attempt, since).await?
                    }
                };
                let fresh = || of(self.digest(&self.secrets.generate("").0));
                (earlier.unwrap_or_else(fresh), Some(*attempt))
            }
        };
        Ok(LookedUpRequest { key, body, attempt })
    }

    /// Claims the request, or returns its outcome. The claim is made completely even when the
    /// request is dropped meanwhile, so that it is known and can be released.
    pub async fn look(&self, begun: LookedUpRequest) -> Result<Verdict> {
        let now = self.clock.now();
        let kept = match begun.attempt {
            None => Self::KEPT,
            Some(_) => Self::ATTEMPTS,
        };
        let new = NewClaim {
            key: begun.key,
            body: begun.body,
            token: self.ids.ulid(),
            now,
            leased_until: now + LEASE,
            expires_at: now + kept,
            attempt: begun.attempt,
        };
        let held = Arc::clone(&self.held);
        let (claimed, verdict) = oneshot::channel();
        self.held.tasks.start(Box::pin(async move {
            // If the request was dropped, the claim is dropped here, and the key is released.
            let _ = claimed.send(held.claim(new).await);
            Ok(())
        }));
        verdict
            .await
            .map_err(|error| Error::Internal(error.into()))?
    }

    /// The answer to an attempt of an SDK was sent completely: the SDK will not repeat it.
    pub fn answered(&self, key: RepeatKey, attempt: u16) {
        let store = Arc::clone(&self.held.store);
        let forget = async move { store.forget(key, attempt).await };
        self.held.tasks.start(Box::pin(forget));
    }

    /// Renews the claims of this instance.
    pub async fn renew(&self) -> Result<()> {
        let claims = self.held.all();
        if claims.is_empty() {
            return Ok(());
        }
        let until = self.clock.now() + LEASE;
        self.held.store.renew(&claims, until).await
    }

    /// Forgets some expired requests; says whether there may be more.
    pub async fn forget_expired(
        store: &dyn RepeatStore,
        clock: &dyn Clock,
        portion: Portion,
    ) -> Result<bool> {
        let most = portion.rows().max(1);
        Ok(store.forget_expired(clock.now(), most).await? > 0)
    }
}

use super::{Outcome, RepeatKey};
use crate::error::Result;
use crate::secret::Digest;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// The record of claimed requests and their outcomes. Every method is one atomic unit of work.
///
/// The stores record the outcome of a request together with its effect: each unit of work of a POST
/// reads the current claim ([`super::current`]).
#[async_trait::async_trait]
pub trait RepeatStore: Send + Sync {
    /// Claims a free key, or returns the state of the key. A key that has expired is free, and so is a
    /// key whose claim was not renewed in time.
    async fn claim(&self, new: &NewClaim) -> Result<KeyState>;

    /// Finds the latest request with the same body that an SDK has marked, made since `since` and
    /// with fewer attempts than `attempt`. Notes that this request repeats it, so each is found
    /// once.
    async fn matching(
        &self,
        key: RepeatKey,
        attempt: u16,
        since: DateTime<Utc>,
    ) -> Result<Option<RepeatKey>>;

    /// Records the outcome of a request that found its object. `false`: another request has the
    /// claim.
    async fn record(&self, key: RepeatKey, token: Ulid, outcome: &Outcome) -> Result<bool>;

    /// Releases a key, unless the outcome of its request is recorded.
    async fn release(&self, key: RepeatKey, token: Ulid) -> Result<()>;

    /// Releases many keys together.
    async fn release_all(&self, claims: &[(RepeatKey, Ulid)]) -> Result<()>;

    /// Extends the leases of claims.
    async fn renew(&self, claims: &[(RepeatKey, Ulid)], until: DateTime<Utc>) -> Result<()>;

    /// The answer to this attempt of an SDK was sent completely: forgets it, unless it was repeated
    /// since. The outcome of a request that was itself a repeat stays until it expires.
    async fn forget(&self, key: RepeatKey, attempt: u16) -> Result<()>;

    /// Forgets some expired requests; returns how many.
    async fn forget_expired(&self, now: DateTime<Utc>, most: u64) -> Result<usize>;
}

/// A new claim.
#[derive(Clone, Copy, Debug)]
pub struct NewClaim {
    pub key: RepeatKey,
    /// The digest of the address and the body.
    pub body: Digest,
    pub token: Ulid,
    pub now: DateTime<Utc>,
    pub leased_until: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The number of the attempt, where an SDK counts its attempts.
    pub attempt: Option<u16>,
}

/// The state of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The key was free, and is claimed now.
    Free,
    /// The key was used with another body.
    Reused,
    UnderWay,
    Done(Outcome),
}

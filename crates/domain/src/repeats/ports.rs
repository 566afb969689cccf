use super::{Claim, Outcome, RepeatKey};
use crate::auth::Digest;
use crate::error::Result;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Where it is kept which requests were claimed and what they have come to. Every method is one atomic
/// unit of work.
///
/// What a request did is written down by the stores that do it: each unit of work that a POST does looks
/// for the claim it is done under ([`super::current`]).
#[async_trait::async_trait]
pub trait RepeatStore: Send + Sync {
    /// Claims a key that is free, or says what has become of it. One that has expired is free, and so
    /// is one that was not renewed in time.
    async fn claim(&self, new: &NewClaim) -> Result<Found>;

    /// Finds the latest request with this body that an SDK has marked, since that time, and whose
    /// attempts were fewer than so many; notes that this is one of its repeats. So each is found once.
    async fn matching(
        &self,
        key: RepeatKey,
        attempt: u16,
        since: DateTime<Utc>,
    ) -> Result<Option<RepeatKey>>;

    /// Writes down what a request found that was there already. `false`: the claim is another's by now.
    async fn record(&self, claim: &Claim, outcome: &Outcome) -> Result<bool>;

    /// Gives a key back, unless it is written down what the request did.
    async fn release(&self, key: RepeatKey, token: Ulid) -> Result<()>;

    /// The same of many at once.
    async fn release_all(&self, claims: &[(RepeatKey, Ulid)]) -> Result<()>;

    /// Keeps claims for longer.
    async fn renew(&self, claims: &[(RepeatKey, Ulid)], until: DateTime<Utc>) -> Result<()>;

    /// The answer to this attempt of an SDK's was written whole: it is forgotten, unless it was repeated
    /// since. The outcome of one that was a repeat itself stays until it expires.
    async fn forget(&self, key: RepeatKey, attempt: u16) -> Result<()>;

    /// Forgets some of what has expired; says how many.
    async fn forget_expired(&self, now: DateTime<Utc>, most: u64) -> Result<usize>;
}

/// A claim to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewClaim {
    pub key: RepeatKey,
    /// Of the address and the body.
    pub body: Digest,
    pub token: Ulid,
    pub now: DateTime<Utc>,
    pub leased_until: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Which attempt it is, of a request that an SDK marks.
    pub attempt: Option<u16>,
}

/// What has become of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was free, and is claimed.
    Free,
    /// It stands for another body.
    Reused,
    UnderWay,
    Done(Outcome),
}

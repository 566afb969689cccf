use super::{ApiKey, Person};
use crate::admission::Caller;
use crate::error::Result;
use crate::id::{KeyId, OwnerId};
use crate::page::{Limit, Order, Page};
use crate::secret::Digest;
use chrono::{DateTime, Utc};

/// Where API keys are kept. Every method is one atomic unit of work, and counts for the owner, or
/// for `caller` where the owner is not known yet. Once the session of a [`Person`] has ended, their
/// changes fail with `SessionEnded`, without an effect.
#[async_trait::async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores a new key. `false`: the owner has [`ApiKey::MOST`] keys, and the key was not stored.
    /// The limit is exact also when many keys are made at the same time. `Unauthenticated` when the
    /// owner was removed.
    async fn insert(&self, person: Person, key: &ApiKey, digest: Digest) -> Result<bool>;

    async fn list(&self, owner: OwnerId, list: &KeyList) -> Result<Page<ApiKey>>;

    /// Deletes a key and returns its digest; `None` when the owner has no such key.
    async fn delete(&self, person: Person, id: KeyId) -> Result<Option<Digest>>;

    /// The owner of a key, and its expiry. Notes that the owner is active.
    async fn find(
        &self,
        caller: Caller,
        digest: Digest,
        now: DateTime<Utc>,
    ) -> Result<Option<KeyHolder>>;
}

/// The requested page of the owner's keys, by creation; `after` is the last id of the page before.
#[derive(Clone, Debug)]
pub struct KeyList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<KeyId>,
}

/// The owner of a key, and its expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    pub owner: OwnerId,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Remembers the results of key look-ups for a while, of good keys and of bad ones. Its size is
/// bounded.
pub trait KeyCache: Send + Sync {
    fn get(&self, digest: &Digest) -> Option<KnownKey>;

    /// How many keys have been removed so far. Read it before each look-up, for [`KeyCache::put`].
    fn removals(&self) -> u64;

    /// Remembers the result of a look-up that began when `removals` keys had been removed. If more
    /// have been removed since, the result may be of a revoked key, and is not remembered.
    fn put(&self, digest: Digest, known: KnownKey, removals: u64);

    /// Removes a key. The results of look-ups that run at this moment are not remembered either.
    fn remove(&self, digest: &Digest);
}

/// The result of a look-up, and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKey {
    pub holder: Option<KeyHolder>,
    pub at: DateTime<Utc>,
}

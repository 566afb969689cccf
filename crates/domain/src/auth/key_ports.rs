use super::{ApiKey, Digest, Person};
use crate::admission::Caller;
use crate::error::Result;
use crate::id::{KeyId, OwnerId};
use crate::page::{Limit, Order, Page};
use chrono::{DateTime, Utc};

/// Where API keys are kept. Every method is one atomic unit of work. It is the owner's, or, where it
/// is not known yet who calls, the `caller`'s. What a [`Person`] changes is refused as
/// `SessionEnded`, and nothing changes, once their session has ended.
#[async_trait::async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores a new key; `false`, and nothing is stored, when the owner has [`ApiKey::MOST`] of them,
    /// however many are made at once. `Unauthenticated` when the owner has been removed.
    async fn insert(&self, person: Person, key: &ApiKey, digest: Digest) -> Result<bool>;

    async fn list(&self, owner: OwnerId, list: &KeyList) -> Result<Page<ApiKey>>;

    /// The digest of the key that is no more; `None` when there is none.
    async fn delete(&self, person: Person, id: KeyId) -> Result<Option<Digest>>;

    /// Whose key it is, and until when it is good. Notes that its owner is active.
    async fn find(
        &self,
        caller: Caller,
        digest: Digest,
        now: DateTime<Utc>,
    ) -> Result<Option<KeyHolder>>;
}

/// Which page of the owner's keys, by creation; `after` is the last id of the page before.
#[derive(Clone, Debug)]
pub struct KeyList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<KeyId>,
}

/// Whom a key speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    pub owner: OwnerId,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Remembers for a while what was found out about keys, good ones and bad ones. Its size is
/// bounded.
pub trait KeyCache: Send + Sync {
    fn get(&self, digest: &Digest) -> Option<KnownKey>;

    /// How many keys have been forgotten so far. It is asked before a key is looked up.
    fn forgotten(&self) -> u64;

    /// Remembers what a look-up found that began when so many had been forgotten. If more have been
    /// since, it may have found what was revoked meanwhile, and is not remembered.
    fn put(&self, digest: Digest, known: KnownKey, forgotten: u64);

    /// Forgets a key. What is being looked up at this moment is not remembered either.
    fn forget(&self, digest: &Digest);
}

/// What was found out about a key, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKey {
    pub holder: Option<KeyHolder>,
    pub at: DateTime<Utc>,
}

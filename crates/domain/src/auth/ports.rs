use super::{
    Actor, ApiKey, AuditEvent, Claims, Digest, Email, Name, Password, PasswordHash, Secret, User,
};
use crate::admission::Caller;
use crate::error::Result;
use crate::id::{KeyId, OwnerId};
use crate::page::{Limit, Order, Page};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Makes and reads access tokens. Reading asks nobody: a token proves itself.
pub trait AccessTokens: Send + Sync {
    fn issue(&self, claims: &Claims) -> Result<String>;

    /// The actor of a token that is ours, whole and in time; `Unauthenticated` otherwise.
    fn verify(&self, token: &str) -> Result<Actor>;
}

/// Makes secrets that cannot be guessed, and what may be stored of them.
pub trait Secrets: Send + Sync {
    /// At least 256 random bits, after a prefix that tells what it is.
    fn generate(&self, prefix: &str) -> Secret;

    fn digest(&self, secret: &str) -> Digest;
}

/// Hashes passwords, slowly on purpose, where it holds up nobody else. Callers take turns; one that
/// waits too long, or comes when too many wait, is told `Overloaded`.
#[async_trait::async_trait]
pub trait PasswordHasher: Send + Sync {
    async fn hash(&self, caller: Caller, password: Password) -> Result<PasswordHash>;

    /// Whether the hash is that of the password.
    async fn verify(&self, caller: Caller, password: Password, hash: PasswordHash) -> Result<bool>;

    /// The hash of no password, as costly to verify as any.
    fn decoy(&self) -> PasswordHash;
}

/// Keeps the trail of what concerns accounts.
pub trait Audit: Send + Sync {
    /// `owner` is whom it concerns, where that is known.
    fn record(&self, event: AuditEvent, owner: Option<OwnerId>);
}

/// Where users and their refresh tokens are kept. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait SessionStore: Send + Sync {
    /// Stores a new user and the first refresh token of a family.
    async fn insert(&self, user: &User, token: &RefreshToken) -> Result<()>;

    /// Stores the first refresh token of another family; `false` when the user is gone.
    async fn insert_token(&self, owner: OwnerId, token: &RefreshToken) -> Result<bool>;

    /// Stores the user unless it is there.
    async fn ensure_user(&self, user: &User) -> Result<()>;

    /// Spends the token `spent` and puts `next` into its family. Nothing else happens when it
    /// cannot be spent. Of two at once, one wins.
    async fn rotate(&self, spent: Digest, next: Digest, window: RotationWindow) -> Result<Rotated>;

    /// Ends a family: none of its tokens can be spent any more, nor one that is being made now.
    async fn end_family(&self, family: Ulid) -> Result<()>;

    /// The family of a token, spent or not, and whose it is.
    async fn find_family(&self, token: Digest) -> Result<Option<(Ulid, OwnerId)>>;
}

/// A refresh token as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct RefreshToken {
    pub digest: Digest,
    /// All tokens that descend from one sign-in.
    pub family: Ulid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// The times of a rotation.
#[derive(Clone, Copy, Debug)]
pub struct RotationWindow {
    pub now: DateTime<Utc>,
    /// Until when the next token can be spent.
    pub expires_at: DateTime<Utc>,
}

/// What became of a rotation.
#[derive(Clone, Debug)]
pub enum Rotated {
    Done(User),
    /// It was spent before, at this time.
    Spent {
        owner: OwnerId,
        family: Ulid,
        at: DateTime<Utc>,
    },
    /// Never issued, expired, or of a family that has ended.
    Unknown,
}

/// Where e-mail addresses and passwords are kept. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait AccountStore: Send + Sync {
    /// Stores a new user with its address and password, and its first refresh token; `false`, and
    /// nothing is stored, when the address is taken.
    async fn insert(&self, user: &User, account: &NewAccount, token: &RefreshToken)
    -> Result<bool>;

    /// Gives a guest an address and a password.
    async fn upgrade(&self, owner: OwnerId, account: &NewAccount) -> Result<Upgraded>;

    async fn find(&self, owner: OwnerId) -> Result<Option<User>>;

    async fn find_by_email(&self, email: &Email) -> Result<Option<(User, PasswordHash)>>;
}

/// An account about to be stored.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub email: Email,
    pub name: Option<Name>,
    pub password: PasswordHash,
    pub created_at: DateTime<Utc>,
}

/// What became of an upgrade.
#[derive(Clone, Debug)]
pub enum Upgraded {
    Done(User),
    /// The caller is no guest, or none any more.
    NotGuest,
    /// The address belongs to somebody.
    Taken,
}

/// Where API keys are kept. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait KeyStore: Send + Sync {
    /// Stores a new key; `false`, and nothing is stored, when the owner has [`ApiKey::MOST`] of them,
    /// however many are made at once. `Unauthenticated` when the owner has been removed.
    async fn insert(&self, owner: OwnerId, key: &ApiKey, digest: Digest) -> Result<bool>;

    async fn list(&self, owner: OwnerId, list: &KeyList) -> Result<Page<ApiKey>>;

    /// The digest of the key that is no more; `None` when there is none.
    async fn delete(&self, owner: OwnerId, id: KeyId) -> Result<Option<Digest>>;

    /// Whose key it is, and until when it is good. Notes that its owner is active.
    async fn find(&self, digest: Digest, now: DateTime<Utc>) -> Result<Option<KeyHolder>>;
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

/// Remembers for a while what was found out about keys, good ones and bad ones. Bounded, whoever
/// comes.
pub trait KeyCache: Send + Sync {
    fn get(&self, digest: &Digest) -> Option<KnownKey>;

    fn put(&self, digest: Digest, known: KnownKey);

    fn forget(&self, digest: &Digest);
}

/// What was found out about a key, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKey {
    pub holder: Option<KeyHolder>,
    pub at: DateTime<Utc>,
}

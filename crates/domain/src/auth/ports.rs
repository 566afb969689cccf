use super::{Actor, Claims, Digest, Secret, User};
use crate::error::Result;
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

/// Where users and their refresh tokens are kept. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait SessionStore: Send + Sync {
    /// Stores a new user and the first refresh token of a family.
    async fn insert(&self, user: &User, token: &RefreshToken) -> Result<()>;

    /// Stores the user unless it is there.
    async fn ensure_user(&self, user: &User) -> Result<()>;

    /// Spends the token `spent` and puts `next` into its family. Nothing else happens when it
    /// cannot be spent. Of two at once, one wins.
    async fn rotate(&self, spent: Digest, next: Digest, window: RotationWindow) -> Result<Rotated>;

    /// Ends a family: none of its tokens can be spent any more.
    async fn end_family(&self, family: Ulid) -> Result<()>;
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
        family: Ulid,
        at: DateTime<Utc>,
    },
    /// Never issued, expired, or of a family that has ended.
    Unknown,
}

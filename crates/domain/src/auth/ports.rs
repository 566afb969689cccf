use super::{
    Actor, AuditEvent, Claims, Digest, Email, Name, Password, PasswordHash, Person, Secret,
    Session, User,
};
use crate::admission::Caller;
use crate::error::Result;
use crate::id::{OwnerId, SessionId};
use crate::page::{Limit, Order, Page};
use chrono::{DateTime, TimeDelta, Utc};

/// Makes and reads access tokens. Reading needs no store: a token proves itself.
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

/// Derives secrets from secrets.
pub trait Successors: Send + Sync {
    /// The secret that follows `spent`: always the same one, of as many bits, after the same prefix.
    /// It cannot be told without a key of this service.
    fn successor(&self, prefix: &str, spent: &str) -> Secret;
}

/// Hashes passwords, slowly on purpose, on threads of its own. Callers take turns; one that
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

/// Where users and their refresh tokens are kept. Every method is one atomic unit of work. It is the
/// owner's, or, where it is not known yet who calls, the `caller`'s; what a [`Person`] changes is
/// refused as `SessionEnded`, and nothing changes, once their session has ended.
#[async_trait::async_trait]
pub trait SessionStore: Send + Sync {
    /// Stores a new user and the first refresh token of a family.
    async fn insert(&self, caller: Caller, user: &User, token: &RefreshToken) -> Result<()>;

    /// Stores the first refresh token of another session, for who has shown the password of this
    /// hash; `false` when the user is gone, or the account has another password by now. One that is
    /// being changed is waited for.
    async fn sign_in(
        &self,
        owner: OwnerId,
        hash: &PasswordHash,
        token: &RefreshToken,
    ) -> Result<bool>;

    /// Stores the user unless it is there.
    async fn ensure_user(&self, user: &User) -> Result<()>;

    /// Spends the token `spent` and puts `next` into its session. Nothing else happens when it
    /// cannot be spent. Of two at once, one spends it and the other finds it spent.
    async fn rotate(
        &self,
        caller: Caller,
        spent: Digest,
        next: Digest,
        rotation: Rotation,
    ) -> Result<Rotated>;

    /// Ends a session of this owner: none of its tokens can be spent any more, nor one that is being
    /// made now. How often it was refreshed does not matter.
    async fn end(&self, caller: Caller, owner: OwnerId, session: SessionId) -> Result<()>;

    /// The same for a session of this owner that can go on; `false`, and nothing happens, when there
    /// is none, or somebody else was faster.
    async fn end_of(&self, person: Person, session: SessionId) -> Result<bool>;

    /// Ends some of the person's other sessions, and leaves `most` of them at least; `false` when there were no more. Where `most` is 0, no other session is left then that
    /// had begun before.
    async fn end_some(&self, person: Person, most: u32) -> Result<bool>;

    /// The session of a token, spent or not, and whose it is.
    async fn find(&self, caller: Caller, token: Digest) -> Result<Option<(SessionId, OwnerId)>>;

    /// The owner's sessions that can go on.
    async fn list(&self, owner: OwnerId, list: &SessionList) -> Result<Page<Session>>;
}

/// Which page of the owner's sessions, by creation; `after` is the last id of the page before.
#[derive(Clone, Debug)]
pub struct SessionList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<SessionId>,
}

/// A refresh token as it is stored. When it was made, and when it expires, is a matter of the
/// database's clock, which all instances share.
#[derive(Clone, Copy, Debug)]
pub struct RefreshToken {
    pub digest: Digest,
    pub session: SessionId,
    /// How long it waits to be spent.
    pub lifetime: TimeDelta,
}

/// What a rotation goes by.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// How long the next token waits to be spent.
    pub lifetime: TimeDelta,
    /// For how long a spent token gets the same successor again.
    pub again: TimeDelta,
    /// When its user is noted to be active.
    pub now: DateTime<Utc>,
}

/// What became of a rotation.
#[derive(Clone, Debug)]
pub enum Rotated {
    /// `next` is good: it has just been put into the session, or was a moment ago for the same token
    /// and is not spent.
    Done(User, SessionId),
    /// It was spent a moment ago, and what followed it is spent, too, or is another one than `next`.
    Spent,
    /// It was spent long ago.
    Reused(OwnerId, SessionId),
    /// Never issued, expired, or of a session that has ended.
    Unknown,
}

/// Where e-mail addresses and passwords are kept. Every method is one atomic unit of work. It is the
/// owner's, or, where it is not known yet who calls, the `caller`'s; what a [`Person`] changes is
/// refused as `SessionEnded`, and nothing changes, once their session has ended.
#[async_trait::async_trait]
pub trait AccountStore: Send + Sync {
    /// Stores a new user with its address and password, and its first refresh token; `false`, and
    /// nothing is stored, when the address is taken.
    async fn insert(
        &self,
        caller: Caller,
        user: &User,
        account: &NewAccount,
        token: &RefreshToken,
    ) -> Result<bool>;

    /// Gives a guest an address and a password, and another session.
    async fn upgrade(
        &self,
        guest: Person,
        account: &NewAccount,
        token: &RefreshToken,
    ) -> Result<Upgraded>;

    async fn find(&self, owner: OwnerId) -> Result<Option<User>>;

    async fn find_by_email(
        &self,
        caller: Caller,
        email: &Email,
    ) -> Result<Option<(User, PasswordHash)>>;

    /// The address and the password of an owner; `None` when there is no such account.
    async fn find_password(&self, owner: OwnerId) -> Result<Option<(Email, PasswordHash)>>;

    /// Gives an account another password, and ends all sessions but the person's own, with it or not
    /// at all.
    async fn set_password(&self, person: Person, change: &PasswordChange) -> Result<bool>;
}

/// A password for another.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    pub new: PasswordHash,
    /// Only in the place of this one; [`AccountStore::set_password`] says `false` where it is not.
    pub old: Option<PasswordHash>,
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

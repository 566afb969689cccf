use super::{
    Actor, AuditEvent, Claims, Email, Name, Password, PasswordHash, Person, Session, User,
};
use crate::admission::Caller;
use crate::error::Result;
use crate::id::{OwnerId, SessionId};
use crate::page::{Limit, Order, Page};
use crate::secret::Digest;
use chrono::{DateTime, TimeDelta, Utc};

/// Makes and reads access tokens. Reading needs no store, since a token is signed.
pub trait AccessTokens: Send + Sync {
    fn issue(&self, claims: &Claims) -> Result<String>;

    /// The actor of a valid, unexpired token of this service; `Unauthenticated` otherwise.
    fn verify(&self, token: &str) -> Result<Actor>;
}

/// Hashes passwords, slowly on purpose, on separate threads. Callers are served in turn; a caller
/// that waits too long, or comes when too many wait, gets `Overloaded`.
#[async_trait::async_trait]
pub trait PasswordHasher: Send + Sync {
    async fn hash(&self, caller: Caller, password: Password) -> Result<PasswordHash>;

    /// Whether the password has this hash.
    async fn verify(&self, caller: Caller, password: Password, hash: PasswordHash) -> Result<bool>;

    /// A hash that matches no password, and is as costly to verify as any.
    fn decoy(&self) -> PasswordHash;
}

/// Keeps the audit trail of accounts.
pub trait Audit: Send + Sync {
    /// `owner` is the owner that the event is about, where known.
    fn record(&self, event: AuditEvent, owner: Option<OwnerId>);
}

/// Where users and their refresh tokens are kept. Every method is one atomic unit of work, and
/// counts for the owner, or for `caller` where the owner is not known yet. Once the session of a
/// [`Person`] has ended, their changes fail with `SessionEnded`, without an effect.
#[async_trait::async_trait]
pub trait SessionStore: Send + Sync {
    /// Stores a new user and the first refresh token of a family.
    async fn insert(&self, caller: Caller, user: &User, token: &RefreshToken) -> Result<()>;

    /// Stores the first refresh token of another session, after the client has shown the password
    /// of this hash. `false`: the user was removed, or the account has another password by now.
    /// Waits for a change of the password that runs at the same time.
    async fn sign_in(
        &self,
        owner: OwnerId,
        hash: &PasswordHash,
        token: &RefreshToken,
    ) -> Result<bool>;

    /// Stores the user unless the user exists.
    async fn ensure_user(&self, user: &User) -> Result<()>;

    /// Spends the token `spent` and puts `next` into its session. Changes nothing when the token
    /// cannot be spent. Of two simultaneous calls, one spends it and the other finds it spent.
    async fn rotate(
        &self,
        caller: Caller,
        spent: Digest,
        next: Digest,
        rotation: Rotation,
    ) -> Result<Rotated>;

    /// Ends a session of this owner: its tokens can no longer be spent, not even one that is made
    /// at this moment. The time does not depend on how often the session was refreshed.
    async fn end(&self, caller: Caller, owner: OwnerId, session: SessionId) -> Result<()>;

    /// Ends a session of this person that can continue. `false`: the owner has no such session, or
    /// another request has just ended it.
    async fn end_of(&self, person: Person, session: SessionId) -> Result<bool>;

    /// Ends some of the person's other sessions, and leaves at least `most` of them. `false`: there
    /// was no other session to end. With `most` 0, all other sessions that began before this call
    /// have then ended.
    async fn end_some(&self, person: Person, most: u32) -> Result<bool>;

    /// The session and the owner of a token, spent or not.
    async fn find(&self, caller: Caller, token: Digest) -> Result<Option<(SessionId, OwnerId)>>;

    /// The owner's sessions that can continue.
    async fn list(&self, owner: OwnerId, list: &SessionList) -> Result<Page<Session>>;
}

/// The requested page of the owner's sessions, by creation; `after` is the last id of the page before.
#[derive(Clone, Debug)]
pub struct SessionList {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<SessionId>,
}

/// A refresh token to store. Its creation and expiry go by the database's clock, which all
/// instances share.
#[derive(Clone, Copy, Debug)]
pub struct RefreshToken {
    pub digest: Digest,
    pub session: SessionId,
    /// How long the token can be spent.
    pub lifetime: TimeDelta,
}

/// The arguments of a rotation.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// The lifetime of the successor.
    pub lifetime: TimeDelta,
    /// How long a spent token gets the same successor again.
    pub again: TimeDelta,
    /// The time at which the user is noted as active.
    pub now: DateTime<Utc>,
}

/// The result of a rotation.
#[derive(Clone, Debug)]
pub enum Rotated {
    /// `next` is good: this call has put it into the session, or an earlier call with the same
    /// token did a moment ago and it is not spent.
    Done(User, SessionId),
    /// The token was spent a moment ago, and its successor is also spent, or differs from `next`.
    Spent,
    /// The token was spent long ago.
    Reused(OwnerId, SessionId),
    /// The token was never issued, has expired, or belongs to a session that has ended.
    Unknown,
}

/// Where e-mail addresses and passwords are kept. Every method is one atomic unit of work, and
/// counts for the owner, or for `caller` where the owner is not known yet. Once the session of a
/// [`Person`] has ended, their changes fail with `SessionEnded`, without an effect.
#[async_trait::async_trait]
pub trait AccountStore: Send + Sync {
    /// Stores a new user with its address and password, and its first refresh token. `false`: the
    /// address is taken, and the account is not stored.
    async fn insert(
        &self,
        caller: Caller,
        user: &User,
        account: &NewAccount,
        token: &RefreshToken,
    ) -> Result<bool>;

    /// Gives a guest an address and a password, and a new session.
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

    /// The address and the password of an owner; `None` when the owner has no account.
    async fn find_password(&self, owner: OwnerId) -> Result<Option<(Email, PasswordHash)>>;

    /// Gives an account another password and ends all sessions but the person's own, both or
    /// neither.
    async fn set_password(&self, person: Person, change: &PasswordChange) -> Result<bool>;
}

/// A change of a password.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    pub new: PasswordHash,
    /// The hash to replace; [`AccountStore::set_password`] gives `false` where the account has
    /// another.
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

/// The result of an upgrade.
#[derive(Clone, Debug)]
pub enum Upgraded {
    Done(User),
    /// The caller is not a guest, or not any more.
    NotGuest,
    /// Another account has the address.
    Taken,
}

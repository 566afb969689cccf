use super::Email;
use crate::error::Result;
use crate::id::{KeyId, OwnerId, SessionId};
use crate::text;
use chrono::{DateTime, Utc};
use std::ops::RangeInclusive;

/// Who is calling, and by what kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose objects the caller sees.
    pub owner_id: OwnerId,
    pub credential: Credential,
}

/// What proved who is calling. It matters only where a key may do less than its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    AccessToken {
        /// The session that it was issued in; tokens of older versions, and those of the command
        /// `token`, are of none.
        session: Option<SessionId>,
    },
    ApiKey,
}

/// Somebody who calls with an access token, and the session that it was issued in. Such a token lives
/// out its hour when its session ends, but the credentials of its owner are the session's to change:
/// the stores look, in the unit of work that changes them, whether it can still go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub owner: OwnerId,
    /// `None` where the token is of no session, or the operator acts for the owner.
    pub session: Option<SessionId>,
}

/// A person or program known to this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: OwnerId,
    pub kind: UserKind,
    pub email: Option<Email>,
    pub name: Option<String>,
    /// `None` for somebody of whom this service has nothing but the tokens.
    pub created_at: Option<DateTime<Utc>>,
}

/// How a user came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// Without any name or password: the holder of the refresh token.
    Guest,
    /// With an e-mail address and a password.
    Account,
    /// The one owner of an embedded database.
    Operator,
    /// Known by tokens that somebody else makes.
    External,
}

/// What a person calls themselves: 1 to 120 characters, trimmed, that can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    const LENGTH: RangeInclusive<usize> = 1..=120;

    pub fn parse(raw: &str) -> Result<Self> {
        let name = raw.trim();
        text::check_name("name", name, Self::LENGTH)?;
        Ok(Self(name.to_owned()))
    }

    /// A name that is stored: earlier versions took some that cannot be seen.
    pub fn stored(raw: &str) -> Result<Self> {
        text::check("name", raw, Self::LENGTH)?;
        Ok(Self(raw.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub subject: OwnerId,
    pub session: Option<SessionId>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A secret in clear, on its way to the client that alone will keep it. It has no `Debug` on
/// purpose.
pub struct Secret(pub String);

/// The SHA-256 of a secret: what the store keeps, and worth nothing to a thief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

/// What a client gets when it signs in.
pub struct SignedIn {
    pub user: User,
    pub access_token: String,
    /// How long the access token is good for, in seconds.
    pub expires_in: u32,
    pub refresh_token: Secret,
}

/// A session that can go on: its newest refresh token is not spent and has not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    /// When its newest tokens were given, at sign-in or at a refresh.
    pub last_used_at: DateTime<Utc>,
}

impl Session {
    /// When it began.
    pub fn created_at(&self) -> DateTime<Utc> {
        // The id is made by the clock of an instance, the other time is the database's.
        self.id.began_at().min(self.last_used_at)
    }
}

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub name: Name,
    /// The last characters of the secret, by which a person knows it again.
    pub hint: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// How many of them an owner may have, expired ones included until they are revoked.
    pub const MOST: i64 = 100;
}

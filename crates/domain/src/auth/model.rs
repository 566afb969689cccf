use super::{Email, External, ExternalProfile};
use crate::error::Result;
use crate::id::{KeyId, OwnerId, SessionId};
use crate::secret::Secret;
use crate::text;
use chrono::{DateTime, Utc};
use std::ops::RangeInclusive;

/// The caller, and the kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The owner of the objects that the caller sees.
    pub owner_id: OwnerId,
    pub credential: Credential,
}

/// The credential that the caller has shown. It matters only where a key may do less than its
/// owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    AccessToken {
        /// The session that it was issued in; `None` for tokens of older versions and of the
        /// command `token`.
        session: Option<SessionId>,
    },
    /// A token of an external issuer.
    ExternalToken(External),
    ApiKey,
}

/// The holder of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    pub actor: Actor,
    /// The data of an external issuer's token about its holder.
    pub profile: Option<ExternalProfile>,
}

impl From<Actor> for Recognised {
    fn from(actor: Actor) -> Self {
        Self {
            actor,
            profile: None,
        }
    }
}

/// A caller with an access token, and the session that it was issued in. An access token stays
/// valid for its hour after its session ends, but only a session that can continue may change the
/// owner's credentials: the stores check that in the unit of work that changes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub owner: OwnerId,
    /// `None` where the token has no session, or the operator acts for the owner.
    pub session: Option<SessionId>,
    /// Where the token is an external issuer's.
    pub external: Option<External>,
}

/// A person or program known to this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: OwnerId,
    pub kind: UserKind,
    pub email: Option<Email>,
    pub name: Option<String>,
    /// `None` for an owner with external tokens, of whom no other data is stored.
    pub created_at: Option<DateTime<Utc>>,
}

/// The kind of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// A user without a name or password: only the refresh token identifies the guest.
    Guest,
    /// A user with an e-mail address and a password.
    Account,
    /// The one owner of an embedded database.
    Operator,
    /// An owner with tokens of an external issuer.
    External,
}

/// A person's display name: 1 to 120 characters, trimmed, with at least one visible character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    const LENGTH: RangeInclusive<usize> = 1..=120;

    pub fn parse(raw: &str) -> Result<Self> {
        let name = raw.trim();
        text::check_name("name", name, Self::LENGTH)?;
        Ok(Self(name.to_owned()))
    }

    /// A stored name: earlier versions accepted some invisible ones.
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

/// The content of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub subject: OwnerId,
    pub session: Option<SessionId>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// The result of a sign-in.
pub struct SignedIn {
    pub user: User,
    pub access_token: String,
    /// The lifetime of the access token in seconds.
    pub expires_in: u32,
    pub refresh_token: Secret,
}

/// A session that can continue: its newest refresh token is not spent and has not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    /// When the newest tokens were issued, at sign-in or at a refresh.
    pub last_used_at: DateTime<Utc>,
}

impl Session {
    /// When the session began.
    pub fn created_at(&self) -> DateTime<Utc> {
        // The id comes from the clock of an instance, the other time from the database's.
        self.id.began_at().min(self.last_used_at)
    }
}

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub name: Name,
    /// The last characters of the secret, so that a person recognises the key.
    pub hint: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// How many keys an owner may have, expired ones included until they are revoked.
    pub const MOST: i64 = 100;
}

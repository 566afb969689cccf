use crate::id::OwnerId;
use chrono::{DateTime, Utc};

/// Who is calling, whatever the credential was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Whose objects the caller sees.
    pub owner_id: OwnerId,
}

/// A person or program known to this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: OwnerId,
    pub kind: UserKind,
    pub created_at: DateTime<Utc>,
}

/// How a user came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// Without any name or password: whoever holds the refresh token.
    Guest,
    /// The one owner of an embedded database.
    Operator,
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub subject: OwnerId,
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
pub struct Session {
    pub user: User,
    pub access_token: String,
    /// How long the access token is good for, in seconds.
    pub expires_in: u32,
    pub refresh_token: Secret,
}

//! The wire types of identity.

pub(crate) mod api_keys;
pub(crate) mod guest_login;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod password;
pub(crate) mod refresh_token;
pub(crate) mod register;
pub(crate) mod sessions;
pub(crate) mod upgrade;
pub(crate) mod validate_api_key;

use crate::timestamp::Timestamp;
use domain::auth::{Email, ExternalProfile, SignedIn, User, UserKind};
use serde::Serialize;
use utoipa::ToSchema;

/// The tokens of a session: the access token to send, and the refresh token to keep for later.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SignedInBody {
    /// Send it as `Authorization: Bearer <access_token>`.
    #[schema(
        example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzAxSkZRMk04WDNDNFY1QjZON004SzlKMEhHIn0.c2lnbmF0dXJl"
    )]
    access_token: String,
    token_type: TokenType,
    /// The lifetime of the access token in seconds.
    #[schema(example = 3600)]
    expires_in: u32,
    /// Valid for one call of POST /auth/refresh-token, which may be repeated for 30 seconds. Keep
    /// it secret.
    #[schema(example = "rt_2rXbQ0a7cJ9n4kVfLw8sZpYtG3mHdE6uTiRoKjNxC1B")]
    refresh_token: String,
    user: UserBody,
}

/// The type of the access token in the `Authorization` header.
#[derive(Clone, Copy, Serialize, ToSchema)]
enum TokenType {
    Bearer,
}

/// The signed-in user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    #[schema(example = "user_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    #[schema(inline)]
    object: UserObject,
    kind: UserKindBody,
    /// The address for signing in to the account, as this service spells it; for an external user
    /// the address from the token.
    #[schema(required, example = "ada@example.org")]
    email: Option<String>,
    /// The name of the user.
    #[schema(required, example = "Ada")]
    name: Option<String>,
    /// Null for an external user, whose data this service does not store.
    #[schema(required)]
    created_at: Option<Timestamp>,
    /// Whether the user is a guest, here or with the issuer of the token.
    #[schema(example = false)]
    is_guest: bool,
}

impl UserBody {
    /// Adds the profile from an external issuer's token.
    pub(crate) fn with(self, profile: Option<ExternalProfile>) -> Self {
        let Some(profile) = profile else {
            return self;
        };
        Self {
            email: profile.email,
            name: profile.name,
            is_guest: profile.is_guest,
            ..self
        }
    }
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum UserObject {
    User,
}

/// A guest has no password; an account has one; the operator owns an embedded database; an external
/// user has only tokens.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = UserKind, example = "account")]
enum UserKindBody {
    Guest,
    Account,
    Operator,
    External,
}

impl From<SignedIn> for SignedInBody {
    fn from(session: SignedIn) -> Self {
        Self {
            access_token: session.access_token,
            token_type: TokenType::Bearer,
            expires_in: session.expires_in,
            refresh_token: session.refresh_token.0,
            user: session.user.into(),
        }
    }
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            object: UserObject::User,
            kind: match user.kind {
                UserKind::Guest => UserKindBody::Guest,
                UserKind::Account => UserKindBody::Account,
                UserKind::Operator => UserKindBody::Operator,
                UserKind::External => UserKindBody::External,
            },
            email: user.email.map(Email::into_string),
            name: user.name,
            created_at: user.created_at.map(Timestamp::from),
            is_guest: user.kind == UserKind::Guest,
        }
    }
}

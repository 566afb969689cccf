//! Identity on the wire.

pub(crate) mod guest_login;
pub(crate) mod refresh_token;

use crate::timestamp::Timestamp;
use domain::auth::{Session, User, UserKind};
use serde::Serialize;
use utoipa::ToSchema;

/// A signed-in session: what to send, and what to keep for when it runs out.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    /// Send it as `Authorization: Bearer <access_token>`.
    access_token: String,
    token_type: TokenType,
    /// How long the access token is good for, in seconds.
    #[schema(example = 3600)]
    expires_in: u32,
    /// Good for one call of POST /auth/refresh-token. Keep it secret.
    refresh_token: String,
    user: UserBody,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
enum TokenType {
    Bearer,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
struct UserBody {
    #[schema(example = "user_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    object: UserObject,
    kind: UserKindBody,
    created_at: Timestamp,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = UserObject)]
enum UserObject {
    User,
}

/// A guest has no name or password; the operator owns an embedded database.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = UserKind)]
enum UserKindBody {
    Guest,
    Operator,
}

impl From<Session> for SessionBody {
    fn from(session: Session) -> Self {
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
                UserKind::Operator => UserKindBody::Operator,
            },
            created_at: user.created_at.into(),
        }
    }
}

//! The wire types of sessions.

pub(crate) mod delete;
pub(crate) mod delete_all;
pub(crate) mod list;

use crate::list::{Listed, list_body};
use crate::timestamp::Timestamp;
use domain::auth::Session;
use domain::id::SessionId;
use serde::Serialize;
use utoipa::ToSchema;

/// A session of the caller: it begins with a sign-in and continues by refreshing.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedSession)]
pub(crate) struct SessionBody {
    #[schema(example = "sess_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    #[schema(inline)]
    object: SessionObject,
    /// When the session began, to the millisecond.
    created_at: Timestamp,
    /// When the session was last refreshed, or began.
    last_used_at: Timestamp,
    /// Whether the caller's access token belongs to this session.
    current: bool,
}

/// The type of a session.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SessionObject {
    Session,
}

list_body!(
    /// A page of sessions.
    SessionListBody, SessionList, SessionBody,
    "Send it as `after` for the next page; null on the last page."
);

impl Listed for SessionBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

/// A session, and whether it is the caller's own.
pub(crate) struct SeenSession {
    session: Session,
    current: Option<SessionId>,
}

impl From<SeenSession> for SessionBody {
    fn from(SeenSession { session, current }: SeenSession) -> Self {
        Self {
            id: session.id.to_string(),
            object: SessionObject::Session,
            created_at: session.created_at().into(),
            last_used_at: session.last_used_at.into(),
            current: current == Some(session.id),
        }
    }
}

use domain::items::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The role of the message.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role, example = "user")]
pub(crate) enum RoleBody {
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

impl From<RoleBody> for Role {
    fn from(role: RoleBody) -> Self {
        match role {
            RoleBody::System => Self::System,
            RoleBody::Developer => Self::Developer,
            RoleBody::User => Self::User,
            RoleBody::Assistant => Self::Assistant,
            RoleBody::Tool => Self::Tool,
        }
    }
}

impl From<Role> for RoleBody {
    fn from(role: Role) -> Self {
        match role {
            Role::System => Self::System,
            Role::Developer => Self::Developer,
            Role::User => Self::User,
            Role::Assistant => Self::Assistant,
            Role::Tool => Self::Tool,
        }
    }
}

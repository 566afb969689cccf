//! Roles as numbers.

use domain::error::{Error, Result};
use domain::items::Role;

pub(in crate::postgres) fn role(stored: i16) -> Result<Role> {
    match stored {
        0 => Ok(Role::System),
        1 => Ok(Role::Developer),
        2 => Ok(Role::User),
        3 => Ok(Role::Assistant),
        4 => Ok(Role::Tool),
        other => Err(Error::Internal(format!("{other} is not a role").into())),
    }
}

pub(in crate::postgres) fn stored_role(role: Role) -> i16 {
    match role {
        Role::System => 0,
        Role::Developer => 1,
        Role::User => 2,
        Role::Assistant => 3,
        Role::Tool => 4,
    }
}

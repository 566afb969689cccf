//! Users as rows.

use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::schema::users;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::auth::{Email, User, UserKind};
use domain::error::{Error, Result};
use domain::id::OwnerId;
use uuid::Uuid;

/// The columns of a [`Row`].
pub(super) type Sql = (
    SqlUuid,
    SmallInt,
    Timestamptz,
    Nullable<Text>,
    Nullable<Text>,
);

/// A user, with the address and the name of an account.
#[derive(Queryable)]
pub(super) struct Row {
    owner_id: Uuid,
    kind: i16,
    created_at: DateTime<Utc>,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Clone, Insertable)]
#[diesel(table_name = users)]
pub(super) struct NewRow {
    pub(super) owner_id: Uuid,
    kind: i16,
    created_at: DateTime<Utc>,
}

impl NewRow {
    /// The row of a user. Fails for an external user, who has no row in `users`.
    pub(super) fn of(user: &User) -> Result<Self> {
        let kind = match user.kind {
            // The table of accounts shows that a guest has become an account.
            UserKind::Guest | UserKind::Account => 0,
            UserKind::Operator => 1,
            UserKind::External => return Err(Error::Internal("a stranger is no user".into())),
        };
        let created_at = user.created_at;
        Ok(Self {
            owner_id: ids::stored(user.id.ulid()),
            kind,
            created_at: created_at.ok_or_else(|| Error::Internal("no time".into()))?,
        })
    }
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let kind = match (row.kind, &row.email) {
            (0, None) => UserKind::Guest,
            (0, Some(_)) => UserKind::Account,
            (1, _) => UserKind::Operator,
            (other, _) => {
                let problem = format!("{other} is not a kind of user");
                return Err(Error::Internal(problem.into()));
            }
        };
        Ok(Self {
            id: OwnerId::new(ids::read(row.owner_id)),
            kind,
            email: row
                .email
                .as_deref()
                .map(Email::parse)
                .transpose()
                .map_err(inconsistent)?,
            name: row.name,
            created_at: Some(row.created_at),
        })
    }
}

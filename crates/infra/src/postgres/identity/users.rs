//! Users as rows.

use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::row::{Sql, row};
use crate::postgres::schema::users;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Nullable;
use domain::auth::{Email, User, UserKind};
use domain::error::{Error, Result};
use domain::id::OwnerId;
use uuid::Uuid;

row!(
    UserRow of users {
        owner_id: Uuid,
        kind: i16,
        created_at: DateTime<Utc>,
    }
);

row!(
    AccountRow of accounts {
        email: String,
        name: Option<String>,
    }
);

row!(
    /// A user, with the account if there is one.
    UserAccountRow {
        user: UserRow => Sql<UserRow>,
        account: Option<AccountRow> => Nullable<Sql<AccountRow>>,
    }
);

/// The names of a [`UserAccountRow`]'s columns: of the user with this alias, and of the account `a`.
macro_rules! columns {
    ($user:literal) => {
        $crate::postgres::row::sql!(
            $crate::postgres::row::names!($crate::postgres::identity::users::UserRow, $user),
            ", ",
            $crate::postgres::row::names!($crate::postgres::identity::users::AccountRow, "a."),
        )
    };
}
pub(super) use columns;

#[derive(Clone, Insertable)]
#[diesel(table_name = users)]
pub(super) struct NewUserRow {
    pub(super) owner_id: Uuid,
    kind: i16,
    created_at: DateTime<Utc>,
}

impl NewUserRow {
    /// The row of a user. Fails for an external user, since it has no row in `users`.
    pub(super) fn of(user: &User) -> Result<Self> {
        let kind = match user.kind {
            // The table of accounts shows that a guest has become an account.
            UserKind::Guest | UserKind::Account => 0,
            UserKind::Operator => 1,
            UserKind::External => {
                return Err(Error::Internal("no row for an external user".into()));
            }
        };
        let created_at = user.created_at;
        Ok(Self {
            owner_id: ids::stored(user.id.ulid()),
            kind,
            created_at: created_at.ok_or_else(|| Error::Internal("no time".into()))?,
        })
    }
}

impl TryFrom<UserAccountRow> for User {
    type Error = Error;

    fn try_from(UserAccountRow { user, account }: UserAccountRow) -> Result<Self> {
        let kind = match (user.kind, &account) {
            (0, None) => UserKind::Guest,
            (0, Some(_)) => UserKind::Account,
            (1, _) => UserKind::Operator,
            (other, _) => {
                let problem = format!("{other} is not a kind of user");
                return Err(Error::Internal(problem.into()));
            }
        };
        let (email, name) = account.map(|account| (account.email, account.name)).unzip();
        Ok(Self {
            id: OwnerId::new(ids::read(user.owner_id)),
            kind,
            email: email
                .as_deref()
                .map(Email::parse)
                .transpose()
                .map_err(inconsistent)?,
            name: name.flatten(),
            created_at: Some(user.created_at),
        })
    }
}

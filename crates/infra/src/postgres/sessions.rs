use super::database::Database;
use super::ids;
use super::schema::{refresh_tokens, users};
use super::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, SmallInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use domain::auth::{Digest, RefreshToken, Rotated, RotationWindow, SessionStore, User, UserKind};
use domain::error::{Error, Result};
use domain::id::OwnerId;
use ulid::Ulid;
use uuid::Uuid;

/// Users and their refresh tokens in PostgreSQL.
pub struct PgSessions(pub Database);

statement!(
    /// Of two at once, the second waits for the first one's row lock, finds the token spent, and
    /// changes nothing.
    Rotate<'a> {
        now: DateTime<Utc> => Timestamptz,
        spent: &'a [u8] => Binary,
        next: &'a [u8] => Binary,
        expires_at: DateTime<Utc> => Timestamptz,
    } -> (SqlUuid, SmallInt, Timestamptz),
    "with spent as (
        update refresh_tokens set spent_at = $1
        where digest = $2 and spent_at is null and expires_at > $1
        returning owner_id, family
    ),
    next as (
        insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
        select $3, owner_id, family, $1, $4 from spent
    )
    select u.owner_id, u.kind, u.created_at from users u join spent using (owner_id)"
);

#[derive(Queryable, Insertable)]
#[diesel(table_name = users)]
struct UserRow {
    owner_id: Uuid,
    kind: i16,
    created_at: DateTime<Utc>,
}

#[async_trait::async_trait]
impl SessionStore for PgSessions {
    async fn insert(&self, user: &User, token: &RefreshToken) -> Result<()> {
        let row = UserRow::from(user);
        let token = (
            refresh_tokens::digest.eq(token.digest.0.as_slice()),
            refresh_tokens::owner_id.eq(row.owner_id),
            refresh_tokens::family.eq(ids::stored(token.family)),
            refresh_tokens::created_at.eq(token.created_at),
            refresh_tokens::expires_at.eq(token.expires_at),
        );
        let work = async |connection: &mut AsyncPgConnection| {
            diesel::insert_into(users::table)
                .values(row)
                .execute(connection)
                .await?;
            diesel::insert_into(refresh_tokens::table)
                .values(token)
                .execute(connection)
                .await?;
            Ok(())
        };
        self.0
            .run(async |connection| connection.transaction(work).await)
            .await
    }

    async fn ensure_user(&self, user: &User) -> Result<()> {
        let insert = diesel::insert_into(users::table)
            .values(UserRow::from(user))
            .on_conflict_do_nothing();
        self.0
            .run(async |connection| insert.execute(connection).await)
            .await?;
        Ok(())
    }

    async fn rotate(&self, spent: Digest, next: Digest, window: RotationWindow) -> Result<Rotated> {
        let rotate = Rotate {
            now: window.now,
            spent: &spent.0,
            next: &next.0,
            expires_at: window.expires_at,
        };
        let rotated: Option<UserRow> = self
            .0
            .run(async |connection| rotate.get_result(connection).await.optional())
            .await?;
        if let Some(user) = rotated {
            return Ok(Rotated::Done(user.try_into()?));
        }
        let query = refresh_tokens::table
            .find(spent.0.as_slice())
            .filter(refresh_tokens::spent_at.is_not_null())
            .select((
                refresh_tokens::family,
                refresh_tokens::spent_at.assume_not_null(),
            ));
        let known: Option<(Uuid, DateTime<Utc>)> = self
            .0
            .run(async |connection| query.first(connection).await.optional())
            .await?;
        Ok(
            known.map_or(Rotated::Unknown, |(family, at)| Rotated::Spent {
                family: ids::read(family),
                at,
            }),
        )
    }

    async fn end_family(&self, family: Ulid) -> Result<()> {
        let tokens = refresh_tokens::table.filter(refresh_tokens::family.eq(ids::stored(family)));
        let delete = diesel::delete(tokens);
        self.0
            .run(async |connection| delete.execute(connection).await)
            .await?;
        Ok(())
    }
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        Self {
            owner_id: ids::stored(user.id.ulid()),
            kind: match user.kind {
                UserKind::Guest => 0,
                UserKind::Operator => 1,
            },
            created_at: user.created_at,
        }
    }
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self> {
        let kind = match row.kind {
            0 => UserKind::Guest,
            1 => UserKind::Operator,
            other => {
                return Err(Error::Internal(
                    format!("{other} is not a kind of user").into(),
                ));
            }
        };
        Ok(Self {
            id: OwnerId::new(ids::read(row.owner_id)),
            kind,
            created_at: row.created_at,
        })
    }
}

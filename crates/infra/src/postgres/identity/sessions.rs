use super::users::{NewRow, Row, Sql};
use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::{refresh_tokens, users};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Timestamptz};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::auth::{Digest, RefreshToken, Rotated, RotationWindow, SessionStore, User};
use domain::error::Result;
use domain::id::OwnerId;
use ulid::Ulid;
use uuid::Uuid;

/// Users and their refresh tokens in PostgreSQL.
pub struct PgSessions(pub Database);

/// The constraint that a token's owner is a user.
const OWNER: &str = "refresh_tokens_owner_id_fkey";

statement!(
    /// Of two at once, the second waits for the first one's row lock, finds the token spent, and
    /// changes nothing. The user is locked before the token, as a removal does. Whoever refreshes is
    /// active; that is noted once a day.
    Rotate<'a> {
        spent: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
        next: &'a [u8] => Binary,
        expires_at: DateTime<Utc> => Timestamptz,
    } -> Sql,
    "with who as (
        select u.owner_id, u.kind, u.created_at
        from refresh_tokens t join users u on u.owner_id = t.owner_id
        where t.digest = $1 for key share of u
    ),
    spent as (
        update refresh_tokens t set spent_at = $2 from who
        where t.digest = $1 and t.owner_id = who.owner_id and t.spent_at is null
            and t.expires_at > $2
        returning t.owner_id, t.family
    ),
    next as (
        insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
        select $3, owner_id, family, $2, $4 from spent
    ),
    seen as (
        update users u set active_at = $2 from spent
        where u.owner_id = spent.owner_id
            and coalesce(u.active_at, u.created_at) < $2 - interval '1 day'
    )
    select who.owner_id, who.kind, who.created_at, a.email, a.name
    from who join spent on spent.owner_id = who.owner_id
    left join accounts a on a.owner_id = who.owner_id"
);

#[derive(Clone, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub(super) struct TokenRow {
    digest: Vec<u8>,
    owner_id: Uuid,
    family: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TokenRow {
    pub(super) fn new(owner: OwnerId, token: &RefreshToken) -> Self {
        Self {
            digest: token.digest.0.to_vec(),
            owner_id: ids::stored(owner.ulid()),
            family: ids::stored(token.family),
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

#[async_trait::async_trait]
impl SessionStore for PgSessions {
    async fn insert(&self, user: &User, token: &RefreshToken) -> Result<()> {
        let row = NewRow::of(user)?;
        let token = TokenRow::new(user.id, token);
        let work = async |connection: &mut AsyncPgConnection| {
            diesel::insert_into(users::table)
                .values(row)
                .write(connection)
                .await?;
            diesel::insert_into(refresh_tokens::table)
                .values(token)
                .write(connection)
                .await?;
            Ok(())
        };
        self.0
            .run(async |connection| connection.transaction(work).await)
            .await
    }

    async fn insert_token(&self, owner: OwnerId, token: &RefreshToken) -> Result<bool> {
        let insert = diesel::insert_into(refresh_tokens::table).values(TokenRow::new(owner, token));
        let inserted = self
            .0
            .attempt(async |connection| insert.write(connection).await)
            .await?;
        match inserted {
            Ok(_) => Ok(true),
            Err(error) if violates(&error, OWNER) => Ok(false),
            Err(error) => Err(storage(error)),
        }
    }

    async fn ensure_user(&self, user: &User) -> Result<()> {
        let insert = diesel::insert_into(users::table)
            .values(NewRow::of(user)?)
            .on_conflict_do_nothing();
        self.0
            .run(async |connection| insert.write(connection).await)
            .await?;
        Ok(())
    }

    async fn rotate(&self, spent: Digest, next: Digest, window: RotationWindow) -> Result<Rotated> {
        let rotate = Rotate {
            spent: &spent.0,
            now: window.now,
            next: &next.0,
            expires_at: window.expires_at,
        };
        let rotated: Option<Row> = self
            .0
            .run(async |connection| rotate.fetch_optional(connection).await)
            .await?;
        if let Some(user) = rotated {
            return Ok(Rotated::Done(user.try_into()?));
        }
        let query = refresh_tokens::table
            .find(spent.0.as_slice())
            .filter(refresh_tokens::spent_at.is_not_null())
            .select((
                refresh_tokens::owner_id,
                refresh_tokens::family,
                refresh_tokens::spent_at.assume_not_null(),
            ));
        let known: Option<(Uuid, Uuid, DateTime<Utc>)> = self
            .0
            .run(async |connection| query.fetch_optional(connection).await)
            .await?;
        Ok(
            known.map_or(Rotated::Unknown, |(owner, family, at)| Rotated::Spent {
                owner: OwnerId::new(ids::read(owner)),
                family: ids::read(family),
                at,
            }),
        )
    }

    /// A rotation that is under way holds the lock of a token of the family, so the deletion waits
    /// for it, and then does not see the token that it made: that one is met the next time. When
    /// nothing was there to delete, nothing can be under way.
    async fn end_family(&self, family: Ulid) -> Result<()> {
        let family = ids::stored(family);
        loop {
            let delete =
                diesel::delete(refresh_tokens::table).filter(refresh_tokens::family.eq(family));
            let deleted = self
                .0
                .run(async |connection| delete.write(connection).await)
                .await?;
            if deleted == 0 {
                return Ok(());
            }
        }
    }

    async fn find_family(&self, token: Digest) -> Result<Option<(Ulid, OwnerId)>> {
        let query = refresh_tokens::table
            .find(token.0.as_slice())
            .select((refresh_tokens::family, refresh_tokens::owner_id));
        let found: Option<(Uuid, Uuid)> = self
            .0
            .run(async |connection| query.fetch_optional(connection).await)
            .await?;
        Ok(found.map(|(family, owner)| (ids::read(family), OwnerId::new(ids::read(owner)))))
    }
}

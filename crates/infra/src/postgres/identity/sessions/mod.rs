//! Users, and their sessions: families of refresh tokens.

mod end;
mod list;
mod statements;

use super::users::NewUserRow;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::{refresh_tokens, users};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::{
    PasswordHash, Person, RefreshToken, Rotated, Rotation, Session, SessionList, SessionStore, User,
};
use domain::error::Result;
use domain::id::{OwnerId, SessionId};
use domain::page::Page;
use domain::secret::Digest;
use statements::{FindSpent, Rotate, RotatedRow, SignIn, SpentRow};
use uuid::Uuid;

pub(super) use end::end_others;
pub(super) use statements::InsertToken;

/// Users and their refresh tokens in PostgreSQL.
pub struct PgSessions(pub Database);

impl InsertToken<'_> {
    pub(super) fn of(owner: OwnerId, token: &RefreshToken) -> InsertToken<'_> {
        InsertToken {
            digest: &token.digest.0,
            owner_id: ids::stored(owner.ulid()),
            family: ids::stored(token.session.ulid()),
            seconds: token.lifetime.num_seconds(),
        }
    }
}

#[async_trait::async_trait]
impl SessionStore for PgSessions {
    async fn insert(&self, caller: Caller, user: &User, token: &RefreshToken) -> Result<()> {
        let row = NewUserRow::of(user)?;
        let insert = InsertToken::of(user.id, token);
        let work = async |connection: &mut AsyncPgConnection| {
            diesel::insert_into(users::table)
                .values(row)
                .write(connection)
                .await?;
            insert.write(connection).await?;
            Ok(())
        };
        self.0
            .run(caller, async |connection| {
                connection.transaction(work).await
            })
            .await
    }

    async fn sign_in(
        &self,
        owner: OwnerId,
        hash: &PasswordHash,
        token: &RefreshToken,
    ) -> Result<bool> {
        let sign_in = SignIn {
            owner_id: ids::stored(owner.ulid()),
            hash: &hash.0,
            digest: &token.digest.0,
            family: ids::stored(token.session.ulid()),
            seconds: token.lifetime.num_seconds(),
        };
        let stored = self
            .0
            .run(owner, async |connection| sign_in.write(connection).await)
            .await?;
        Ok(stored > 0)
    }

    async fn ensure_user(&self, user: &User) -> Result<()> {
        let insert = diesel::insert_into(users::table)
            .values(NewUserRow::of(user)?)
            .on_conflict_do_nothing();
        self.0
            .run(Caller::Service, async |connection| {
                insert.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn rotate(
        &self,
        caller: Caller,
        spent: Digest,
        next: Digest,
        rotation: Rotation,
    ) -> Result<Rotated> {
        let rotate = Rotate {
            spent: &spent.0,
            next: &next.0,
            seconds: rotation.lifetime.num_seconds(),
            now: rotation.now,
        };
        let find_spent = FindSpent {
            again: rotation.again.num_seconds(),
            next: &next.0,
            spent: &spent.0,
        };
        let rotated: Option<RotatedRow> = self
            .0
            .run(caller, async |connection| {
                rotate.fetch_optional(connection).await
            })
            .await?;
        let session = |family| SessionId::new(ids::read(family));
        if let Some(RotatedRow { user, family }) = rotated {
            return Ok(Rotated::Done(user.try_into()?, session(family)));
        }
        // The concurrent request that spent the token has committed by now: this statement begins
        // after that.
        let found: Option<SpentRow> = self
            .0
            .run(caller, async |connection| {
                find_spent.fetch_optional(connection).await
            })
            .await?;
        let Some(found) = found else {
            return Ok(Rotated::Unknown);
        };
        let (user, session) = (User::try_from(found.user)?, session(found.family));
        Ok(match (found.is_fresh, found.is_good) {
            (true, true) => Rotated::Done(user, session),
            (true, false) => Rotated::Spent,
            (false, _) => Rotated::Reused(user.id, session),
        })
    }

    async fn end(&self, caller: Caller, owner: OwnerId, session: SessionId) -> Result<()> {
        end::end(&self.0, caller, owner, session).await
    }

    async fn end_of(&self, person: Person, session: SessionId) -> Result<bool> {
        end::end_of(&self.0, person, session).await
    }

    async fn end_some(&self, person: Person, most: u32) -> Result<bool> {
        end::end_some(&self.0, person, most).await
    }

    async fn find(&self, caller: Caller, token: Digest) -> Result<Option<(SessionId, OwnerId)>> {
        let query = refresh_tokens::table
            .find(token.0.as_slice())
            .select((refresh_tokens::family, refresh_tokens::owner_id));
        let found: Option<(Uuid, Uuid)> = self
            .0
            .run(caller, async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        let read = |(family, owner)| {
            (
                SessionId::new(ids::read(family)),
                OwnerId::new(ids::read(owner)),
            )
        };
        Ok(found.map(read))
    }

    async fn list(&self, owner: OwnerId, list: &SessionList) -> Result<Page<Session>> {
        let rows = self
            .0
            .run(owner, async |connection| {
                list::load(connection, owner, list).await
            })
            .await?;
        let session = |(family, last_used_at)| Session {
            id: SessionId::new(ids::read(family)),
            last_used_at,
        };
        let sessions = rows.into_iter().map(session).collect();
        Ok(Page::of(sessions, list.limit, |_| size_of::<Session>()))
    }
}

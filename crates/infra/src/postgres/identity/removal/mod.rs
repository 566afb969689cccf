//! Removing an owner. Statements that store data for an owner check the row that is written here.
//! The data of statements that began before that row is found by the sweeps that follow.

mod apart;
mod clear;
mod remove;
mod statements;

use super::person::{ENDED, may_go_on};
use crate::postgres::conversations::PROJECT;
use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::jobs::{Locked, Next};
use crate::postgres::schema::{external_removals, removed_owners};
use chrono::{DateTime, Utc};
use clear::{clear, rows};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::{ExternalRemoval, Person, RemovalRecord, Removals};
use domain::error::Result;
use domain::id::OwnerId;
use domain::jobs::{Job, Portion, Step};
use domain::removal::RemovalStore;
use remove::{Owner, count, remove};
use statements::{DeleteExpiredTokens, ForgetRemovals, IdleGuest, LockUser};
use uuid::Uuid;

/// Removals in PostgreSQL.
pub struct PgRemovals(pub Database);

#[async_trait::async_trait]
impl RemovalRecord for PgRemovals {
    async fn removed_since(
        &self,
        time: DateTime<Utc>,
        external: Option<DateTime<Utc>>,
    ) -> Result<Removals> {
        let owners = removed_owners::table
            .filter(removed_owners::removed_at.ge(time))
            .select((removed_owners::owner_id, removed_owners::removed_at));
        let since = external.unwrap_or(DateTime::UNIX_EPOCH);
        let external = external_removals::table
            .filter(external_removals::removed_at.ge(since))
            .select((
                external_removals::identity,
                external_removals::removals,
                external_removals::removed_at,
            ));
        let read = async |connection: &mut AsyncPgConnection| {
            let owners: Vec<(Uuid, DateTime<Utc>)> = owners.fetch_all(connection).await?;
            let external: Vec<(Uuid, i32, DateTime<Utc>)> = external.fetch_all(connection).await?;
            Ok((owners, external))
        };
        let (owners, external) = self.0.run(Caller::Service, read).await?;
        let owner = |(id, at)| (OwnerId::new(ids::read(id)), at);
        let removal = |(first, removals, at)| {
            let removals = u32::try_from(removals).unwrap_or_default();
            (
                OwnerId::new(ids::read(first)),
                ExternalRemoval { removals, at },
            )
        };
        Ok(Removals {
            owners: owners.into_iter().map(owner).collect(),
            external: external.into_iter().map(removal).collect(),
        })
    }
}

#[async_trait::async_trait]
impl RemovalStore for PgRemovals {
    async fn remove(&self, person: Person, now: DateTime<Utc>) -> Result<()> {
        let id = ids::stored(person.owner.ulid());
        let removed = Owner { id, now };
        let lock = LockUser { owner_id: id };
        let work = async |connection: &mut AsyncPgConnection| {
            lock.write(connection).await?;
            if !may_go_on(connection, person).await? || !count(connection, person, now).await? {
                return Ok(None);
            }
            remove(connection, removed).await.map(Some)
        };
        let removed = self
            .0
            .run(person.owner, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        removed.ok_or(ENDED)
    }

    async fn clear(&self, owner: OwnerId, now: DateTime<Utc>, portion: Portion) -> Result<bool> {
        let id = ids::stored(owner.ulid());
        let removed = Owner { id, now };
        let work =
            async |connection: &mut AsyncPgConnection| clear(connection, removed, portion).await;
        let cleared = self
            .0
            .attempt(owner, async |connection| connection.transaction(work).await)
            .await?;
        match cleared {
            Ok(rows) => Ok(rows > 0),
            // A conversation has moved into a project meanwhile.
            Err(error) if violates(&error, PROJECT) => Ok(true),
            Err(error) => Err(storage(error)),
        }
    }

    async fn sweep(
        &self,
        job: &Job,
        portion: Portion,
        now: DateTime<Utc>,
        again: Option<DateTime<Utc>>,
    ) -> Result<Step> {
        let id = ids::stored(job.owner.ulid());
        let owner = Owner { id, now };
        let work = async |connection: &mut AsyncPgConnection| {
            let Some(locked) = Locked::of(connection, job, now).await? else {
                return Ok(Step::Taken);
            };
            let next = match (clear(connection, owner, portion).await?, again) {
                (0, None) => Next::Done,
                (0, Some(again)) => Next::At(again),
                _ => Next::More,
            };
            locked.end(connection, next).await
        };
        let swept = self
            .0
            .attempt(Caller::Service, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        match swept {
            // A conversation has moved into a project meanwhile: the next step takes it.
            Err(error) if violates(&error, PROJECT) => Ok(Step::More),
            swept => swept.map_err(storage),
        }
    }

    async fn remove_idle_guest(
        &self,
        idle_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<OwnerId>> {
        let work = async |connection: &mut AsyncPgConnection| {
            let idle = IdleGuest { idle_since };
            let guest: Option<Uuid> = idle.fetch_optional(connection).await?;
            if let Some(id) = guest {
                remove(connection, Owner { id, now }).await?;
            }
            Ok::<_, diesel::result::Error>(guest)
        };
        let gone = self
            .0
            .run(Caller::Service, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        Ok(gone.map(|id| OwnerId::new(ids::read(id))))
    }

    async fn tidy(&self, removed_before: DateTime<Utc>, portion: Portion) -> Result<usize> {
        let most = rows(portion);
        let tokens = DeleteExpiredTokens { most };
        let removals = ForgetRemovals {
            before: removed_before,
            most,
        };
        let is_divided = self.0.is_divided();
        self.0
            .run(Caller::Service, async |connection| {
                let forgotten = match is_divided {
                    false => removals.write(connection).await?,
                    true => apart::forget(connection, removals).await?,
                };
                Ok(tokens.write(connection).await? + forgotten)
            })
            .await
    }
}

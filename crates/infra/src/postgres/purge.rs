use super::conversations::PROJECT;
use super::database::Database;
use super::error::{storage, violates};
use super::identity::{Owner, clear};
use super::schema::purge_queue;
use super::shares::sweep;
use super::statement::statement;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::{Error, Result};
use domain::purge::{PurgeQueue, QueueState, Reclaimed};
use uuid::Uuid;

/// The purge queue in PostgreSQL.
pub struct PgPurgeQueue(pub Database);

/// How many rows of a table one step takes: few enough to be done in milliseconds.
const STEP: i64 = 500;

statement!(
    DeleteItems { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid, most: i64 => BigInt }
        -> (),
    "delete from items where owner_id = $1 and conversation_id = $2 and sequence in (
        select sequence from items where owner_id = $1 and conversation_id = $2
        order by sequence limit $3
    )"
);

statement!(
    DeleteVersions {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        most: i64 => BigInt,
    } -> (),
    "delete from item_versions where owner_id = $1 and conversation_id = $2
        and (sequence, version) in (
            select sequence, version from item_versions
            where owner_id = $1 and conversation_id = $2
            order by sequence, version limit $3
        )"
);

statement!(
    /// Removed owners whose turn it is.
    OwnersToSweep { most: i64 => BigInt } -> (SqlUuid, Timestamptz),
    "select owner_id, removed_at from removed_owners
    where sweep_at <= now() order by sweep_at limit $1 for update skip locked"
);

statement!(
    /// Nothing was found. What was under way at the removal ends within half a minute, by the limit
    /// that every connection has; clocks may differ by a minute, and then there is another one.
    Swept { owner_id: Uuid => SqlUuid } -> (),
    "update removed_owners set sweep_at = case
        when removed_at > now() - interval '150 seconds' then now() + interval '2 seconds'
    end
    where owner_id = $1"
);

#[async_trait::async_trait]
impl PurgeQueue for PgPurgeQueue {
    async fn reclaim(&self) -> Result<Reclaimed> {
        let swept = self.sweep().await?;
        if swept > 0 {
            return Ok(Reclaimed::Rows(swept));
        }
        let work = async |connection: &mut AsyncPgConnection| {
            let entry: Option<(i64, Uuid, Uuid, DateTime<Utc>)> = purge_queue::table
                .select((
                    purge_queue::id,
                    purge_queue::owner_id,
                    purge_queue::conversation_id,
                    purge_queue::queued_at,
                ))
                .order(purge_queue::id)
                .limit(1)
                .for_update()
                .skip_locked()
                .fetch_optional(connection)
                .await?;
            let Some((id, owner, conversation, deleted_at)) = entry else {
                return Ok(Reclaimed::Nothing);
            };
            let (owner_id, conversation_id, most) = (owner, conversation, STEP);
            let items = DeleteItems {
                owner_id,
                conversation_id,
                most,
            };
            let versions = DeleteVersions {
                owner_id,
                conversation_id,
                most,
            };
            let links = (owner_id, conversation_id);
            let rows = sweep::bury(connection, links, deleted_at, most).await?
                + items.write(connection).await?
                + versions.write(connection).await?;
            if rows == 0 {
                diesel::delete(purge_queue::table.find(id))
                    .write(connection)
                    .await?;
            }
            Ok(Reclaimed::Rows(rows))
        };
        self.0
            .run(async |connection| connection.transaction(work).await)
            .await
    }

    async fn forget_links(&self, before: DateTime<Utc>) -> Result<Reclaimed> {
        let work = async |connection: &mut AsyncPgConnection| {
            sweep::forget(connection, before, STEP).await
        };
        let forgotten = self
            .0
            .run(async |connection| connection.transaction(work).await)
            .await?;
        Ok(match forgotten {
            0 => Reclaimed::Nothing,
            rows => Reclaimed::Rows(rows),
        })
    }

    async fn state(&self) -> Result<QueueState> {
        let query = purge_queue::table.select((
            diesel::dsl::count_star(),
            diesel::dsl::min(purge_queue::queued_at),
        ));
        let (length, oldest): (i64, Option<DateTime<Utc>>) = self
            .0
            .run(async |connection| query.fetch_one(connection).await)
            .await?;
        let length = u64::try_from(length).map_err(|error| Error::Internal(error.into()))?;
        Ok(QueueState { length, oldest })
    }
}

impl PgPurgeQueue {
    /// Takes away some of what a removed owner still has; says how many rows.
    async fn sweep(&self) -> Result<usize> {
        let work = async |connection: &mut AsyncPgConnection| {
            let next = OwnersToSweep { most: 1 };
            let owner: Option<(Uuid, DateTime<Utc>)> = next.fetch_optional(connection).await?;
            let Some((id, now)) = owner else {
                return Ok(0);
            };
            let rows = clear(connection, Owner { id, now }).await?;
            if rows == 0 {
                Swept { owner_id: id }.write(connection).await?;
            }
            Ok(rows)
        };
        let swept = self
            .0
            .attempt(async |connection| connection.transaction(work).await)
            .await?;
        match swept {
            // A conversation came into a project meanwhile: the next step takes it.
            Err(error) if violates(&error, PROJECT) => Ok(1),
            swept => swept.map_err(storage),
        }
    }
}

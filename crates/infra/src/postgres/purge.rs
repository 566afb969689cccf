use super::database::Database;
use super::schema::purge_queue;
use super::shares::sweep;
use super::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
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

#[async_trait::async_trait]
impl PurgeQueue for PgPurgeQueue {
    async fn reclaim(&self) -> Result<Reclaimed> {
        let work = async |connection: &mut AsyncPgConnection| {
            let entry: Option<(i64, Uuid, Uuid, DateTime<Utc>)> = purge_queue::table
                .select((
                    purge_queue::id,
                    purge_queue::owner_id,
                    purge_queue::conversation_id,
                    purge_queue::queued_at,
                ))
                .order(purge_queue::id)
                .for_update()
                .skip_locked()
                .first(connection)
                .await
                .optional()?;
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
                + items.execute(connection).await?
                + versions.execute(connection).await?;
            if rows == 0 {
                diesel::delete(purge_queue::table.find(id))
                    .execute(connection)
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
            .run(async |connection| query.first(connection).await)
            .await?;
        let length = u64::try_from(length).map_err(|error| Error::Internal(error.into()))?;
        Ok(QueueState { length, oldest })
    }
}

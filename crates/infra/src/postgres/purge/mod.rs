mod statements;

use super::database::Database;
use super::jobs::{Locked, Next};
use super::row_keys::ItemKey;
use super::search;
use super::shares::{purge, revoke_of_item};
use super::{responses, turn_queue};
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::id::ItemId;
use domain::jobs::{Job, Portion, Step};
use domain::purge::PurgeStore;
use statements::{DeleteItems, DeleteVersions, DeleteVersionsOfItem, DeletedVersions, Shrink};

/// The purge of deleted data, in PostgreSQL.
pub struct PgPurge(pub Database);

/// How many responses of a conversation are deleted in a step. Each may have megabytes.
const RESPONSES: i64 = 64;

/// A portion in the form of the statements' parameters.
fn limits(portion: Portion) -> (i64, i64) {
    let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
    (number(portion.rows() + 1), number(portion.bytes()))
}

/// Whether less than a portion was left, so that all is deleted.
fn is_all(taken: Vec<i64>, portion: Portion) -> bool {
    let taken = taken.into_iter().sum::<i64>();
    taken.unsigned_abs() < portion.bytes()
}

#[async_trait::async_trait]
impl PurgeStore for PgPurge {
    async fn purge(&self, job: &Job, portion: Portion, now: DateTime<Utc>) -> Result<Step> {
        let (owner_id, _, conversation_id) = super::jobs::key(job);
        let (rows, bytes) = limits(portion);
        let items = DeleteItems {
            owner_id,
            conversation_id,
            rows,
            bytes,
        };
        let versions = DeleteVersions {
            owner_id,
            conversation_id,
            rows,
            bytes,
        };
        let deleted_at = job.created_at;
        let is_divided = self.0.is_divided();
        // One table after the other: each may take a portion.
        let work = async |connection: &mut AsyncPgConnection| {
            let Some(locked) = Locked::of(connection, job, now).await? else {
                return Ok(Step::Taken);
            };
            let links = (owner_id, conversation_id);
            turn_queue::purge_conversation(connection, links).await?;
            let forgotten = search::forget_conversation(connection, links).await?;
            let few = limits(portion).0.min(RESPONSES);
            let is_done = purge::bury(connection, links, deleted_at, rows, is_divided).await? == 0
                && forgotten == 0
                && responses::purge_conversation(connection, links, few).await? == 0
                && is_all(items.fetch_all(connection).await?, portion)
                && is_all(versions.fetch_all(connection).await?, portion);
            let next = if is_done { Next::Done } else { Next::More };
            locked.end(connection, next).await
        };
        self.0
            .run(Caller::Service, async |connection| {
                connection.transaction(work).await
            })
            .await
    }

    async fn purge_versions(
        &self,
        job: &Job,
        portion: Portion,
        now: DateTime<Utc>,
    ) -> Result<Step> {
        let conversation = job.conversation;
        let conversation =
            conversation.ok_or_else(|| Error::Internal("versions of no conversation".into()))?;
        let key = ItemKey::new(job.owner, conversation, ItemId::new(job.key));
        let work = async |connection: &mut AsyncPgConnection| {
            let Some(locked) = Locked::of(connection, job, now).await? else {
                return Ok(Step::Taken);
            };
            // Links that the deletion did not end; each costs a row in every index.
            let is_done = revoke_of_item(connection, key, job.created_at, limits(portion).0)
                .await?
                && delete_versions(connection, key, portion).await?;
            let next = if is_done { Next::Done } else { Next::More };
            locked.end(connection, next).await
        };
        self.0
            .run(Caller::Service, async |connection| {
                connection.transaction(work).await
            })
            .await
    }

    async fn forget_links(&self, before: DateTime<Utc>, portion: Portion) -> Result<usize> {
        let (rows, _) = limits(portion);
        let is_divided = self.0.is_divided();
        let work = async |connection: &mut AsyncPgConnection| {
            purge::forget(connection, before, rows, is_divided).await
        };
        self.0
            .run(Caller::Service, async |connection| {
                connection.transaction(work).await
            })
            .await
    }
}

/// Deletes a portion of the earlier versions of an item; returns whether all are deleted.
pub(super) async fn delete_versions(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    portion: Portion,
) -> QueryResult<bool> {
    let (rows, bytes) = limits(portion);
    let delete = DeleteVersionsOfItem {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
        rows,
        bytes,
    };
    let DeletedVersions { cost, bytes } = delete.fetch_one(connection).await?;
    if bytes > 0 {
        let shrink = Shrink {
            bytes,
            owner_id: key.owner_id,
            conversation_id: key.conversation_id,
            sequence: key.sequence,
        };
        shrink.write(connection).await?;
    }
    Ok(is_all(vec![cost], portion))
}

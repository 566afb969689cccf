//! Making and deleting conversations step by step, where Citus keeps the tables in parts: see
//! [`item_rows::steps`](crate::postgres::item_rows::steps).

use super::statements::{Delete, DeleteRange, DeletedRange};
use super::write::InsertWithItems;
use crate::postgres::execute::Execute as _;
use crate::postgres::item_rows::steps::{AddedItems, ask_for_title, store};
use crate::postgres::jobs::{ADD_JOBS, PURGE_JOB, TITLE_JOB};
use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use uuid::Uuid;

statement!(
    Gone<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
    } -> SqlUuid,
    "with locked as (
        select id from conversations where owner_id = $1 and id = any($2) order by id for update
    )
    delete from conversations c using locked l where c.owner_id = $1 and c.id = l.id
    returning c.id"
);

statement!(
    GoneRange {
        owner_id: Uuid => SqlUuid,
        after: Uuid => SqlUuid,
        last: Uuid => SqlUuid,
        most: i64 => BigInt,
    } -> SqlUuid,
    "with locked as (
        select id from conversations where owner_id = $1 and id > $2 and id <= $3
        order by id limit $4 for update
    )
    delete from conversations c using locked l where c.owner_id = $1 and c.id = l.id
    returning c.id"
);

statement!(
    /// They need no titles any more.
    Unqueue<'a> { owner_id: Uuid => SqlUuid, ids: &'a [Uuid] => Array<SqlUuid> } -> (),
    sql!("delete from jobs where owner_id = $1 and kind = ", TITLE_JOB, " and key = any($2)")
);

statement!(
    /// Neither do the entries that an instance of an earlier version has left.
    UnqueueEarlier<'a> { owner_id: Uuid => SqlUuid, ids: &'a [Uuid] => Array<SqlUuid> } -> (),
    "delete from title_queue where owner_id = $1 and conversation_id = any($2)"
);

statement!(
    /// Leaves a job for each conversation's data.
    Purge<'a> {
        owner_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        ids: &'a [Uuid] => Array<SqlUuid>,
    } -> (),
    sql!(ADD_JOBS, " select $1, ", PURGE_JOB, ", g.id, g.id, $2, $2 from unnest($3) as g(id)")
);

/// How many items were stored; 0 where the owner has been removed.
pub(super) async fn insert_with_items(
    connection: &mut AsyncPgConnection,
    new: &InsertWithItems<'_>,
) -> QueryResult<usize> {
    let insert = new.clone().counted();
    // An id ends in the number, and these count from 1.
    let seed = |id: &Uuid| id.as_bytes().iter().take(12).copied().collect();
    let seeds: Vec<Vec<u8>> = new.item_ids.iter().map(seed).collect();
    let added = AddedItems {
        owner_id: new.owner_id,
        conversation_id: new.id,
        now: new.now,
        after: 0,
        title: None,
        titles_due: new.titles_due,
        is_reply: false,
        seeds: &seeds,
        roles: new.roles,
        author_ids: &[],
        call_ids: new.call_ids,
        models: &[],
        contents: new.contents,
        types: new.types,
        parts: new.parts,
        shown: new.shown,
        reasonings: new.reasonings,
    };
    let work = async |connection: &mut AsyncPgConnection| {
        if insert.write(connection).await? == 0 {
            return Ok(0);
        }
        let stored = store(connection, added, 0).await?;
        if let (2, Some(due_at)) = (new.title_source, new.titles_due) {
            ask_for_title(connection, added, due_at).await?;
        }
        Ok(stored)
    };
    connection.transaction(work).await
}

/// Deletes conversations in the order of their ids; returns those that were there.
pub(super) async fn delete(
    connection: &mut AsyncPgConnection,
    delete: &Delete<'_>,
) -> QueryResult<Vec<Uuid>> {
    let work = async |connection: &mut AsyncPgConnection| {
        let gone = Gone {
            owner_id: delete.owner_id,
            ids: delete.ids,
        };
        let gone: Vec<Uuid> = gone.fetch_all(connection).await?;
        leave_jobs(connection, delete.owner_id, &gone, delete.now).await?;
        Ok(gone)
    };
    connection.transaction(work).await
}

/// The last deleted id, and the number of deleted conversations.
pub(super) async fn delete_range(
    connection: &mut AsyncPgConnection,
    delete: &DeleteRange,
) -> QueryResult<DeletedRange> {
    let work = async |connection: &mut AsyncPgConnection| {
        let gone = GoneRange {
            owner_id: delete.owner_id,
            after: delete.after,
            last: delete.last,
            most: delete.most,
        };
        let gone: Vec<Uuid> = gone.fetch_all(connection).await?;
        leave_jobs(connection, delete.owner_id, &gone, delete.now).await?;
        Ok(DeletedRange {
            last: gone.iter().max().copied(),
            // At most as many as were asked for.
            count: gone.len() as i64,
        })
    };
    connection.transaction(work).await
}

async fn leave_jobs(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    gone: &[Uuid],
    now: DateTime<Utc>,
) -> QueryResult<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let unqueue = Unqueue {
        owner_id,
        ids: gone,
    };
    unqueue.write(connection).await?;
    let unqueue_earlier = UnqueueEarlier {
        owner_id,
        ids: gone,
    };
    unqueue_earlier.write(connection).await?;
    let purge = Purge {
        owner_id,
        now,
        ids: gone,
    };
    purge.write(connection).await?;
    Ok(())
}

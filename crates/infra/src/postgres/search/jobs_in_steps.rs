//! Leaves jobs that index, where Citus keeps the tables in parts: it refuses the one statement.

use super::statements::jobs::LeaveJobs;
use crate::postgres::execute::Execute as _;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, SmallInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

statement!(
    /// The next owners with conversations, and when one of these was last changed.
    Next { after: Uuid => SqlUuid, most: i64 => BigInt } -> NextRow {
        owner_id: Uuid => SqlUuid,
        changed_at: DateTime<Utc> => Timestamptz,
    },
    "select owner_id, max(updated_at) from conversations
    where owner_id > $1 group by owner_id order by owner_id limit $2"
);

statement!(
    IndexedThrough<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid>, maker: i16 => SmallInt }
        -> IndexedRow {
            owner_id: Uuid => SqlUuid,
            through: DateTime<Utc> => Timestamptz,
        },
    "select owner_id, indexed_through from search_owners where owner_id = any($1) and maker = $2"
);

statement!(
    Renamed<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid> } -> SqlUuid,
    "select distinct owner_id from search_conversations
    where owner_id = any($1) and renames <> indexed_renames"
);

statement!(
    /// Owners of blocks whose words are not known.
    Unknown<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid> } -> SqlUuid,
    "select distinct owner_id from search_blocks where owner_id = any($1) and words is null"
);

statement!(
    Removed<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid> } -> SqlUuid,
    "select owner_id from removed_owners where owner_id = any($1)"
);

statement!(
    Leave<'a> {
        kind: i16 => SmallInt,
        now: DateTime<Utc> => Timestamptz,
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
    } -> (),
    "insert into jobs (owner_id, kind, key, created_at, due_at)
    select id, $1, id, $2, $2 from unnest($3) as o(id)
    on conflict do nothing"
);

/// The last of the owners, unless there are fewer than asked for.
pub(super) async fn leave(
    connection: &mut AsyncPgConnection,
    jobs: LeaveJobs,
) -> QueryResult<Option<Uuid>> {
    let next = Next {
        after: jobs.after,
        most: jobs.most,
    };
    let next: Vec<NextRow> = next.fetch_all(connection).await?;
    let owners: Vec<Uuid> = next.iter().map(|row| row.owner_id).collect();
    let owner_ids = owners.as_slice();
    let indexed = IndexedThrough {
        owner_ids,
        maker: jobs.maker,
    };
    let indexed: Vec<IndexedRow> = indexed.fetch_all(connection).await?;
    let indexed = indexed.into_iter().map(|row| (row.owner_id, row.through));
    let indexed: HashMap<_, _> = indexed.collect();
    let renamed: Vec<Uuid> = Renamed { owner_ids }.fetch_all(connection).await?;
    let unknown: Vec<Uuid> = Unknown { owner_ids }.fetch_all(connection).await?;
    let renamed: HashSet<_> = renamed.into_iter().chain(unknown).collect();
    let removed: Vec<Uuid> = Removed { owner_ids }.fetch_all(connection).await?;
    let removed: HashSet<_> = removed.into_iter().collect();
    let is_stale = |row: &NextRow| {
        let owner = &row.owner_id;
        let through = indexed.get(owner);
        let is_indexed = through.is_some_and(|through| *through > row.changed_at);
        (!is_indexed || renamed.contains(owner)) && !removed.contains(owner)
    };
    let stale = next.iter().filter(|row| is_stale(row));
    let stale: Vec<Uuid> = stale.map(|row| row.owner_id).collect();
    if !stale.is_empty() {
        let leave = Leave {
            kind: jobs.kind,
            now: jobs.now,
            owner_ids: &stale,
        };
        leave.write(connection).await?;
    }
    let is_last = i64::try_from(owners.len()).is_ok_and(|count| count < jobs.most);
    Ok(owners.last().copied().filter(|_| !is_last))
}

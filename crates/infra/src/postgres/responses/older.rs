//! Deletes old responses that have no conversation.

use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::Result;
use std::collections::BTreeMap;
use uuid::Uuid;

statement!(
    /// The oldest responses without a conversation, and the bytes that deleting each of them moves.
    Older { before: DateTime<Utc> => Timestamptz, most: i64 => BigInt } -> OlderRow {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        bytes: i64 => BigInt,
    },
    "select owner_id, id, (pg_column_size(settings) + pg_column_size(input) + pg_column_size(output)
        + pg_column_size(cuts) + 1024)::bigint
    from responses where conversation_id is null and created_at < $1 order by created_at limit $2"
);

statement!(
    /// Deletes these responses of an owner. Those that continue one continue the nearest one before it that stays.
    DeleteSome<'a> { owner_id: Uuid => SqlUuid, ids: &'a [Uuid] => Array<SqlUuid> } -> (),
    "with recursive gone as (
        delete from responses r where r.owner_id = $1 and r.id = any($2) returning r.id, r.parent_id
    ),
    before (id, parent_id) as (
        select id, parent_id from gone
        union all
        select b.id, g.parent_id from before b join gone g on g.id = b.parent_id
    )
    update responses r set parent_id = b.parent_id from before b
    where r.owner_id = $1 and r.parent_id = b.id and r.id <> all($2)
        and not exists (select from gone g where g.id = b.parent_id)"
);

/// How many responses are deleted in a step. Each compares its children with the others, if these are a chain.
const MOST: u64 = 256;

/// Deletes the oldest responses; returns whether there may be more. Each statement is for one owner, so no other
/// owner waits for its locks.
pub(super) async fn delete(
    database: &Database,
    before: DateTime<Utc>,
    most: u64,
    bytes: u64,
) -> Result<bool> {
    let most = most.clamp(1, MOST);
    let older = Older {
        before,
        most: most.cast_signed(),
    };
    let work = async |connection: &mut AsyncPgConnection| older.fetch_all(connection).await;
    let found: Vec<OlderRow> = database.run(Caller::Service, work).await?;
    let few = affordable(&found, bytes);
    let is_more = few.len() < found.len() || found.len() as u64 == most;
    let mut owners: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for row in few {
        owners.entry(row.owner_id).or_default().push(row.id);
    }
    for (owner_id, ids) in owners {
        let delete = DeleteSome {
            owner_id,
            ids: &ids,
        };
        let work = async |connection: &mut AsyncPgConnection| delete.write(connection).await;
        database.run(Caller::Service, work).await?;
    }
    Ok(is_more)
}

/// The first ones, of at most `bytes` bytes together, but at least one.
fn affordable(found: &[OlderRow], bytes: u64) -> &[OlderRow] {
    let mut sum = 0;
    let few = found.iter().take_while(|row| {
        sum += row.bytes.unsigned_abs();
        sum <= bytes
    });
    let few = few.count().max(1).min(found.len());
    found.split_at(few).0
}

//! Jobs that index.

use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, SmallInt, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    LeaveJob {
        owner_id: Uuid => SqlUuid,
        kind: i16 => SmallInt,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    "insert into jobs (owner_id, kind, key, created_at, due_at)
    select $1, $2, $1, $3, $3
    where not exists (select from removed_owners where owner_id = $1)
    on conflict do nothing"
);

statement!(
    /// Leaves jobs for those of the next owners whose texts are not all indexed. Returns the last owner,
    /// unless there are fewer than asked for.
    LeaveJobs {
        after: Uuid => SqlUuid,
        most: i64 => BigInt,
        kind: i16 => SmallInt,
        now: DateTime<Utc> => Timestamptz,
        maker: i16 => SmallInt,
    } -> SqlUuid,
    "with next as materialized (
        select owner_id, max(updated_at) as at from conversations
        where owner_id > $1 group by owner_id order by owner_id limit $2
    ),
    left_jobs as (
        insert into jobs (owner_id, kind, key, created_at, due_at)
        select n.owner_id, $3, n.owner_id, $4, $4 from next n
        left join search_owners s on s.owner_id = n.owner_id and s.maker = $5
        where (s.owner_id is null or s.indexed_through <= n.at or exists (
                select from search_conversations c
                where c.owner_id = n.owner_id and c.renames <> c.indexed_renames
            ) or exists (
                select from search_blocks b where b.owner_id = n.owner_id and b.words is null
            ))
            and not exists (select from removed_owners r where r.owner_id = n.owner_id)
        on conflict do nothing
    )
    select owner_id from next order by owner_id offset $2 - 1"
);

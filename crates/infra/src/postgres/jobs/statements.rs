use crate::postgres::row::{Sql, names, row, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

row!(
    JobRow of jobs {
        owner_id: Uuid,
        kind: i16,
        key: Uuid,
        conversation_id: Option<Uuid>,
        created_at: DateTime<Utc>,
        attempts: i32,
    }
);

/// The beginning of a statement that adds jobs about conversations, which then gives these columns.
pub(in crate::postgres) const ADD_JOBS: &str =
    "insert into jobs (owner_id, kind, key, conversation_id, created_at, due_at)";

statement!(
    /// Due jobs of owners after a given one, in the order of the primary key. Locks nothing. Very
    /// many jobs may wait that are not due, so due jobs are found by the index. If many jobs are
    /// due, the primary key is walked instead, so that each owner has a turn.
    Due<'a> {
        after: Uuid => SqlUuid,
        kinds: &'a [i16] => Array<SmallInt>,
        now: DateTime<Utc> => Timestamptz,
        most: i64 => BigInt,
    } -> Sql<JobRow>,
    sql!("with found as materialized (
        select few.* from unnest($2) wanted(kind) cross join lateral (
            select ", names!(JobRow, "jobs."), " from jobs
            where jobs.kind = wanted.kind and due_at <= $3 and leased_until <= $3
            order by due_at limit 512
        ) few
    )
    select ", names!(JobRow, ""), " from found
    where owner_id > $1 and (select count(*) from found) < 512
    union all (
        select ", names!(JobRow, ""), " from jobs
        where owner_id > $1 and kind = any($2) and due_at <= $3 and leased_until <= $3
            and (select count(*) from found) >= 512
        order by owner_id, kind, key limit $4
    )
    order by owner_id, kind, key limit $4")
);

statement!(
    /// The same where Citus keeps the jobs in parts: each node goes along its own.
    DueOnNodes<'a> {
        after: Uuid => SqlUuid,
        kinds: &'a [i16] => Array<SmallInt>,
        now: DateTime<Utc> => Timestamptz,
        most: i64 => BigInt,
    } -> Sql<JobRow>,
    sql!("select ", names!(JobRow, ""), " from jobs
    where owner_id > $1 and kind = any($2) and due_at <= $3 and leased_until <= $3
    order by owner_id, kind, key limit $4")
);

statement!(
    /// Locks a due job until the transaction ends, unless another instance has locked it.
    Lock {
        owner_id: Uuid => SqlUuid,
        kind: i16 => SmallInt,
        key: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
    } -> Integer,
    "select attempts from jobs
    where owner_id = $1 and kind = $2 and key = $3 and due_at <= $4 and leased_until <= $4
    for update skip locked"
);

statement!(
    /// Leases a due job, beyond the end of this statement. Of two simultaneous ones, the second
    /// waits for the first, and finds the job leased.
    Claim {
        until: DateTime<Utc> => Timestamptz,
        more_attempts: i32 => Integer,
        owner_id: Uuid => SqlUuid,
        kind: i16 => SmallInt,
        key: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
    } -> Integer,
    "update jobs set leased_until = $1, attempts = attempts + $2
    where owner_id = $3 and kind = $4 and key = $5 and due_at <= $6 and leased_until <= $6
    returning attempts"
);

statement!(
    /// Returns a job to the queue, due again at `at`. Without a number of attempts to add, the job
    /// has not failed, and its earlier failures are forgotten.
    Again {
        at: DateTime<Utc> => Timestamptz,
        more_attempts: Option<i32> => Nullable<Integer>,
        owner_id: Uuid => SqlUuid,
        kind: i16 => SmallInt,
        key: Uuid => SqlUuid,
    } -> (),
    "update jobs set due_at = $1, leased_until = 'epoch',
        attempts = coalesce(attempts + $2, 0)
    where owner_id = $3 and kind = $4 and key = $5"
);

statement!(
    Finish { owner_id: Uuid => SqlUuid, kind: i16 => SmallInt, key: Uuid => SqlUuid } -> (),
    "delete from jobs where owner_id = $1 and kind = $2 and key = $3"
);

statement!(
    /// The service's own jobs, one of each kind.
    Ensure<'a> {
        owner_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        kinds: &'a [i16] => Array<SmallInt>,
    } -> (),
    "insert into jobs (owner_id, kind, key, created_at, due_at)
    select $1, kind, $1, $2, $2 from unnest($3) as wanted(kind)
    on conflict do nothing"
);

statement!(
    /// The number of waiting jobs of each kind, and the time of the oldest.
    Backlog<'a> {
        service: Uuid => SqlUuid,
        kinds: &'a [i16] => Array<SmallInt>,
    } -> BacklogRow {
        kind: i16 => SmallInt,
        length: i64 => BigInt,
        oldest: DateTime<Utc> => Timestamptz,
    },
    "select kind, count(*), min(created_at) from jobs
    where owner_id < $1 and kind = any($2)
    group by kind order by kind"
);

// The queues that instances of earlier versions fill and work off. Entries that such an instance
// has locked are left to it.

statement!(
    TakePurges { most: i64 => BigInt, kind: i16 => SmallInt } -> (),
    sql!("with taken as (
        delete from purge_queue where id in (
            select id from purge_queue order by id limit $1 for update skip locked
        )
        returning owner_id, conversation_id, queued_at
    )
    ", ADD_JOBS, "
    select owner_id, $2, conversation_id, conversation_id, queued_at, queued_at from taken
    on conflict do nothing")
);

statement!(
    /// An entry for which an instance is asking a model is due when that instance must have
    /// finished.
    TakeTitles { most: i64 => BigInt, kind: i16 => SmallInt } -> (),
    "with taken as (
        delete from title_queue where (owner_id, conversation_id) in (
            select owner_id, conversation_id from title_queue
            order by due_at limit $1 for update skip locked
        )
        returning owner_id, conversation_id, due_at, attempts
    )
    insert into jobs (owner_id, kind, key, conversation_id, created_at, due_at, attempts)
    select owner_id, $2, conversation_id, conversation_id, due_at, due_at, attempts from taken
    on conflict do nothing"
);

statement!(
    TakeRemovals { most: i64 => BigInt, kind: i16 => SmallInt } -> (),
    "with taken as (
        update removed_owners set sweep_at = null where owner_id in (
            select owner_id from removed_owners where sweep_at is not null
            order by sweep_at limit $1 for update skip locked
        )
        returning owner_id, removed_at
    )
    insert into jobs (owner_id, kind, key, created_at, due_at)
    select owner_id, $2, owner_id, removed_at, removed_at from taken
    on conflict do nothing"
);

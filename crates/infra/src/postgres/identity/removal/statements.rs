//! The statements of removals.

use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer, SmallInt, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// Leaves a job that deletes the owner's data, and repeats until no work from before the
    /// removal can store anything any more.
    LeaveJob { owner_id: Uuid => SqlUuid, kind: i16 => SmallInt, now: DateTime<Utc> => Timestamptz }
        -> (),
    "insert into jobs (owner_id, kind, key, created_at, due_at) values ($1, $2, $1, $3, $3)
    on conflict do nothing"
);

statement!(
    /// Counts the removal of an external owner; no row where it has been counted since.
    CountRemoval {
        first: Uuid => SqlUuid,
        removals: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    "insert into external_removals as e (identity, removals, removed_at) values ($1, $2 + 1, $3)
    on conflict (identity) do update set
        removals = excluded.removals,
        removed_at = greatest(e.removed_at, excluded.removed_at)
    where e.removals = $2"
);

statement!(
    DeleteProjects { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from projects where owner_id = $1 and id in (
        select id from projects where owner_id = $1 order by id limit $2
    )"
);

statement!(
    /// Deletes refresh tokens. They are useless without their user, and may be many.
    DeleteTokens { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from refresh_tokens where digest in (
        select digest from refresh_tokens where owner_id = $1 limit $2
    )"
);

statement!(
    /// Deletes the owner's jobs, except those that delete data.
    DeleteOtherJobs { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from jobs where owner_id = $1 and kind in (1, 2) and key in (
        select key from jobs where owner_id = $1 and kind in (1, 2) order by kind, key limit $2
    )"
);

statement!(
    /// Waits for rotations of the owner's tokens, which also lock the user first.
    LockUser { owner_id: Uuid => SqlUuid } -> (),
    "select from users where owner_id = $1 for update"
);

statement!(
    /// One guest that was last active before this time.
    IdleGuest { idle_since: DateTime<Utc> => Timestamptz } -> SqlUuid,
    "select u.owner_id from users u
    where u.kind = 0 and coalesce(u.active_at, u.created_at) < $1
        and not exists (select from accounts a where a.owner_id = u.owner_id)
    order by coalesce(u.active_at, u.created_at) limit 1
    for update of u skip locked"
);

statement!(
    DeleteExpiredTokens { most: i64 => BigInt } -> (),
    "delete from refresh_tokens where digest in (
        select digest from refresh_tokens where expires_at < now()
        order by expires_at limit $1 for update skip locked
    )"
);

statement!(
    ForgetRemovals { before: DateTime<Utc> => Timestamptz, most: i64 => BigInt } -> (),
    "delete from removed_owners where owner_id in (
        select owner_id from removed_owners r where removed_at < $1 and sweep_at is null
            and not exists (
                select from jobs j where j.owner_id = r.owner_id and j.kind = 6
                    and j.key = r.owner_id
            )
        order by removed_at limit $2 for update of r skip locked
    )"
);

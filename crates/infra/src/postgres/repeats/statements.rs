use crate::postgres::row::{Sql, names, row, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Binary, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

row!(
    RepeatRow of repeats {
        body: Vec<u8>,
        token: Uuid,
        leased_until: DateTime<Utc>,
        expires_at: DateTime<Utc>,
        status: Option<i16>,
        made: Option<i16>,
        ids: Option<Vec<Uuid>>,
        finish_reason: Option<String>,
    }
);

statement!(
    /// Claims a key that was never used, unless its owner was removed. The row says so: Citus counts an
    /// insertion that a conflict has prevented.
    Insert<'a> {
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
        body: &'a [u8] => Binary,
        token: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        leased_until: DateTime<Utc> => Timestamptz,
        expires_at: DateTime<Utc> => Timestamptz,
        attempt: Option<i16> => Nullable<SmallInt>,
    } -> SqlUuid,
    "insert into repeats as r (owner_id, key, body, token, created_at, leased_until, expires_at, attempt)
    select $1, $2, $3, $4, $5, $6, $7, $8
    where not exists (select from removed_owners where owner_id = $1)
    on conflict do nothing
    returning r.token"
);

statement!(
    Find<'a> { owner_id: Uuid => SqlUuid, key: &'a [u8] => Binary } -> Sql<RepeatRow>,
    sql!("select ", names!(RepeatRow, ""), " from repeats where owner_id = $1 and key = $2")
);

statement!(
    /// Claims a key that is free again, unless another request was faster.
    TakeOver<'a> {
        body: &'a [u8] => Binary,
        token: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        leased_until: DateTime<Utc> => Timestamptz,
        expires_at: DateTime<Utc> => Timestamptz,
        attempt: Option<i16> => Nullable<SmallInt>,
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
        before: Uuid => SqlUuid,
    } -> (),
    "update repeats set body = $1, token = $2, created_at = $3, leased_until = $4, expires_at = $5,
        attempt = $6, status = null, made = null, ids = null, finish_reason = null
    where owner_id = $7 and key = $8 and token = $9
        and case when status is null then leased_until <= $3 else expires_at <= $3 end"
);

statement!(
    /// Records the outcome of a request, in the transaction of its effect.
    Record<'a> {
        status: i16 => SmallInt,
        made: i16 => SmallInt,
        ids: &'a [Uuid] => Array<SqlUuid>,
        finish_reason: Option<&'a str> => Nullable<Text>,
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
        token: Uuid => SqlUuid,
    } -> (),
    "update repeats set status = $1, made = $2, ids = $3, finish_reason = $4
    where owner_id = $5 and key = $6 and token = $7 and status is null"
);

statement!(
    Release<'a> {
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
        token: Uuid => SqlUuid,
    } -> (),
    "delete from repeats
    where owner_id = $1 and key = $2 and token = $3 and status is null"
);

statement!(
    ReleaseAll<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        keys: &'a [&'a [u8]] => Array<Binary>,
        tokens: &'a [Uuid] => Array<SqlUuid>,
    } -> (),
    "delete from repeats r using unnest($1, $2, $3) as t(owner_id, key, token)
    where r.owner_id = t.owner_id and r.key = t.key and r.token = t.token and r.status is null"
);

statement!(
    /// A request that takes longer than its outcome would be kept is not forgotten meanwhile.
    Renew<'a> {
        until: DateTime<Utc> => Timestamptz,
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        keys: &'a [&'a [u8]] => Array<Binary>,
        tokens: &'a [Uuid] => Array<SqlUuid>,
    } -> (),
    "update repeats r set leased_until = $1, expires_at = greatest(r.expires_at, $1)
    from unnest($2, $3, $4) as t(owner_id, key, token)
    where r.owner_id = t.owner_id and r.key = t.key and r.token = t.token and r.status is null"
);

statement!(
    /// Requests with this body that an SDK has marked and may repeat, newest first.
    Candidates<'a> {
        owner_id: Uuid => SqlUuid,
        body: &'a [u8] => Binary,
        attempt: i16 => SmallInt,
        since: DateTime<Utc> => Timestamptz,
    } -> Binary,
    "select key from repeats
    where owner_id = $1 and body = $2 and attempt < $3 and created_at > $4
    order by created_at desc limit 16"
);

statement!(
    /// Notes that a request was repeated. Waits for a transaction that holds the row.
    Match<'a> {
        attempt: i16 => SmallInt,
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
    } -> (),
    "update repeats set attempt = $1 where owner_id = $2 and key = $3 and attempt < $1"
);

statement!(
    /// Forgets the only attempt, after its answer was sent.
    Forget<'a> {
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
        attempt: i16 => SmallInt,
    } -> (),
    "delete from repeats where owner_id = $1 and key = $2 and attempt = $3"
);

statement!(
    /// A later attempt was answered: attempts after it do not match any more. The outcome stays,
    /// since an earlier attempt may still wait for it.
    ForgetAttempt<'a> {
        owner_id: Uuid => SqlUuid,
        key: &'a [u8] => Binary,
        attempt: i16 => SmallInt,
    } -> (),
    "update repeats set attempt = null where owner_id = $1 and key = $2 and attempt = $3"
);

statement!(
    ForgetExpired { now: DateTime<Utc> => Timestamptz, most: i64 => BigInt } -> (),
    "delete from repeats where (owner_id, key) in (
        select owner_id, key from repeats
        where expires_at <= $1 and (status is not null or leased_until <= $1)
        order by expires_at limit $2 for update skip locked
    )"
);

statement!(
    /// The same where Citus keeps them in parts: all that have expired.
    ForgetOnNodes { now: DateTime<Utc> => Timestamptz } -> (),
    "delete from repeats where expires_at <= $1 and (status is not null or leased_until <= $1)"
);

statement!(
    /// Deletes the rows of a removed owner.
    PurgeOwner { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from repeats where owner_id = $1 and key in (
        select key from repeats where owner_id = $1 limit $2
    )"
);

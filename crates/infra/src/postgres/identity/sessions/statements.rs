//! The statements of sessions. All times of refresh tokens come from the database's clock, for
//! every instance.

use crate::postgres::identity::users::{UserAccountRow, columns};
use crate::postgres::row::{Sql, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// The first token of a session.
    InsertToken<'a> {
        digest: &'a [u8] => Binary,
        owner_id: Uuid => SqlUuid,
        family: Uuid => SqlUuid,
        seconds: i64 => BigInt,
    } -> (),
    "insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
    values ($1, $2, $3, now(), now() + $4 * interval '1 second')"
);

statement!(
    /// Begins a session, as long as the account has the password of this hash. A change of the
    /// password holds the account's row: this statement waits for it and compares the hash again.
    /// The user is locked before the account, as in a removal.
    SignIn<'a> {
        owner_id: Uuid => SqlUuid,
        hash: &'a str => Text,
        digest: &'a [u8] => Binary,
        family: Uuid => SqlUuid,
        seconds: i64 => BigInt,
    } -> (),
    "with who as (
        select owner_id from users where owner_id = $1 for key share
    ),
    account as (
        select a.owner_id from who join accounts a on a.owner_id = who.owner_id
        where a.password_hash = $2 for share of a
    )
    insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
    select $3, owner_id, $4, now(), now() + $5 * interval '1 second' from account"
);

statement!(
    /// Of two simultaneous rotations, the second waits for the row lock of the first, finds the
    /// token spent, and changes nothing. The user is locked before the token, as in a removal. A
    /// refresh counts as activity of the user, which is noted once a day.
    Rotate<'a> {
        spent: &'a [u8] => Binary,
        next: &'a [u8] => Binary,
        seconds: i64 => BigInt,
        now: DateTime<Utc> => Timestamptz,
    } -> RotatedRow {
        user: UserAccountRow => Sql<UserAccountRow>,
        family: Uuid => SqlUuid,
    },
    sql!("with who as (
        select u.owner_id, u.kind, u.created_at
        from refresh_tokens t join users u on u.owner_id = t.owner_id
        where t.digest = $1 for key share of u
    ),
    spent as (
        update refresh_tokens t set spent_at = now() from who
        where t.digest = $1 and t.owner_id = who.owner_id and t.spent_at is null
            and t.expires_at > now()
        returning t.owner_id, t.family
    ),
    next as (
        insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
        select $2, owner_id, family, now(), now() + $3 * interval '1 second' from spent
    ),
    seen as (
        update users u set active_at = $4 from spent
        where u.owner_id = spent.owner_id
            and coalesce(u.active_at, u.created_at) < $4 - interval '1 day'
    )
    select ", columns!("who."), ", spent.family
    from who join spent on spent.owner_id = who.owner_id
    left join accounts a on a.owner_id = who.owner_id")
);

statement!(
    /// A spent token of a session that has not ended: its owner, whether it was spent a moment ago,
    /// and whether this successor is its successor and is good.
    FindSpent<'a> {
        again: i64 => BigInt,
        next: &'a [u8] => Binary,
        spent: &'a [u8] => Binary,
    } -> SpentRow {
        user: UserAccountRow => Sql<UserAccountRow>,
        family: Uuid => SqlUuid,
        is_fresh: bool => Bool,
        is_good: bool => Bool,
    },
    sql!("select ", columns!("u."), ", t.family,
        t.spent_at >= now() - $1 * interval '1 second',
        exists (
            select from refresh_tokens n
            where n.digest = $2 and n.family = t.family and n.spent_at is null
                and n.expires_at > now()
        )
    from refresh_tokens t join users u on u.owner_id = t.owner_id
    left join accounts a on a.owner_id = t.owner_id
    where t.digest = $3 and t.spent_at is not null and exists (
        select from refresh_tokens n
        where n.owner_id = t.owner_id and n.family = t.family and n.spent_at is null
    )")
);

// A session continues by its one unspent token, and has ended when it has none. Only that token is
// deleted immediately: there may be a million spent ones. The statement finds the token that was
// unspent when it began. If a rotation spends that token meanwhile, the statement waits, and also
// deletes and counts that token; the next pass then finds the new token of the rotation.

statement!(
    /// Ends a session.
    End { owner_id: Uuid => SqlUuid, family: Uuid => SqlUuid } -> (),
    "with live as materialized (
        select digest from refresh_tokens
        where owner_id = $1 and family = $2 and spent_at is null
    )
    delete from refresh_tokens t using live where t.digest = live.digest"
);

statement!(
    /// Ends a session that can continue; returns how many tokens were deleted.
    EndOf { owner_id: Uuid => SqlUuid, family: Uuid => SqlUuid } -> BigInt,
    "with live as materialized (
        select digest from refresh_tokens
        where owner_id = $1 and family = $2 and spent_at is null and expires_at > now()
    ),
    gone as (
        delete from refresh_tokens t using live where t.digest = live.digest
        returning t.digest
    )
    select count(*) from gone"
);

statement!(
    /// Ends other sessions of an owner. Each call also deletes some of their spent tokens.
    EndSome {
        owner_id: Uuid => SqlUuid,
        kept: Option<Uuid> => Nullable<SqlUuid>,
        most: i64 => BigInt,
        step: i64 => BigInt,
    } -> (),
    "with few as materialized (
        select digest, family from refresh_tokens
        where owner_id = $1 and family is distinct from $2 and spent_at is null
        offset $3 limit $4
    ),
    gone as materialized (
        select digest from few
        union all (
            select s.digest from few cross join lateral (
                select digest from refresh_tokens t
                where t.family = few.family and t.spent_at is not null limit 100
            ) s
            limit $4
        )
    )
    delete from refresh_tokens t using gone where t.digest = gone.digest"
);

statement!(
    /// Deletes some of the spent tokens of a session that has ended. They are useless; the rest
    /// goes when it expires.
    ForgetSpent { family: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from refresh_tokens where digest in (
        select digest from refresh_tokens where family = $1 limit $2 for update skip locked
    )"
);

//! Ended links: they become tombstones, which are deleted later.

use super::purge_divided;
use crate::postgres::execute::Execute as _;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

statement!(
    /// Makes tombstones of a deleted conversation's links, a few at a time.
    Bury {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        most: i64 => BigInt,
        ended_at: DateTime<Utc> => Timestamptz,
    } -> (),
    "with gone as (
        delete from shares where owner_id = $1 and conversation_id = $2 and id in (
            select id from shares where owner_id = $1 and conversation_id = $2
            order by id limit $3
        )
        returning sha256(share_id::bytea) as digest,
            least(revoked_at, expires_at) as ended_at
    ),
    unnamed as (
        delete from share_digests d using gone where d.digest = gone.digest
    )
    insert into share_tombstones (digest, ended_at)
    select digest, least(ended_at, $4) from gone
    on conflict do nothing"
);

statement!(
    /// Deletes links that ended before a time, a few at a time. Skips links that another instance
    /// has locked.
    ForgetLinks {
        before: DateTime<Utc> => Timestamptz,
        most: i64 => BigInt,
    } -> (),
    "with ended as (
        select owner_id, conversation_id, id from shares
        where (revoked_at is not null or expires_at is not null)
            and least(revoked_at, expires_at) <= $1
        limit $2 for update skip locked
    ),
    gone as (
        delete from shares s using ended e
        where s.owner_id = e.owner_id and s.conversation_id = e.conversation_id and s.id = e.id
        returning sha256(s.share_id::bytea) as digest
    )
    delete from share_digests d using gone where d.digest = gone.digest"
);

statement!(
    /// Deletes older tombstones, a few at a time.
    ForgetTombstones {
        before: DateTime<Utc> => Timestamptz,
        most: i64 => BigInt,
    } -> (),
    "delete from share_tombstones where digest in (
        select digest from share_tombstones where ended_at <= $1
        limit $2 for update skip locked
    )"
);

/// Makes tombstones of links to a conversation that was deleted at `ended_at`; returns how many.
pub(in crate::postgres) async fn bury(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): (Uuid, Uuid),
    ended_at: DateTime<Utc>,
    most: i64,
    is_divided: bool,
) -> QueryResult<usize> {
    if is_divided {
        let key = (owner_id, conversation_id);
        return purge_divided::bury(connection, key, ended_at, most).await;
    }
    let bury = Bury {
        owner_id,
        conversation_id,
        most,
        ended_at,
    };
    bury.write(connection).await
}

/// Deletes links and tombstones that ended before; returns how many.
pub(in crate::postgres) async fn forget(
    connection: &mut AsyncPgConnection,
    before: DateTime<Utc>,
    most: i64,
    is_divided: bool,
) -> QueryResult<usize> {
    let links = match is_divided {
        true => purge_divided::forget(connection, before).await?,
        false => ForgetLinks { before, most }.write(connection).await?,
    };
    let tombstones = ForgetTombstones { before, most };
    Ok(links + tombstones.write(connection).await?)
}

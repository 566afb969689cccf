//! As `purge.rs`, for links that Citus keeps in parts. Their digests and the tombstones are on the
//! coordinator, so they are deleted and made by separate statements, in the caller's transaction.

use crate::postgres::execute::Execute as _;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

statement!(
    /// Deletes links of a deleted conversation, a few at a time.
    Take {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        most: i64 => BigInt,
    } -> TakenLink {
        digest: Vec<u8> => Binary,
        ended_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    },
    "delete from shares where owner_id = $1 and conversation_id = $2 and id in (
        select id from shares where owner_id = $1 and conversation_id = $2
        order by id limit $3
    )
    returning sha256(share_id::bytea), least(revoked_at, expires_at)"
);

statement!(
    Bury<'a> {
        digests: &'a [Vec<u8>] => Array<Binary>,
        ends: &'a [Option<DateTime<Utc>>] => Array<Nullable<Timestamptz>>,
        ended_at: DateTime<Utc> => Timestamptz,
    } -> (),
    "with gone as (
        select * from unnest($1, $2) as g(digest, ended_at)
    ),
    unnamed as (
        delete from share_digests d using gone where d.digest = gone.digest
    )
    insert into share_tombstones (digest, ended_at)
    select digest, least(ended_at, $3) from gone
    on conflict do nothing"
);

statement!(
    /// Deletes links that ended before a time, on all nodes.
    TakeEnded { before: DateTime<Utc> => Timestamptz } -> Binary,
    "delete from shares
    where (revoked_at is not null or expires_at is not null)
        and least(revoked_at, expires_at) <= $1
    returning sha256(share_id::bytea)"
);

statement!(
    Unname<'a> { digests: &'a [Vec<u8>] => Array<Binary> } -> (),
    "delete from share_digests where digest = any($1)"
);

pub(super) async fn bury(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): (Uuid, Uuid),
    ended_at: DateTime<Utc>,
    most: i64,
) -> QueryResult<usize> {
    let take = Take {
        owner_id,
        conversation_id,
        most,
    };
    let taken: Vec<TakenLink> = take.fetch_all(connection).await?;
    if taken.is_empty() {
        return Ok(0);
    }
    let taken = taken.into_iter().map(|link| (link.digest, link.ended_at));
    let (digests, ends): (Vec<_>, Vec<_>) = taken.unzip();
    let bury = Bury {
        digests: &digests,
        ends: &ends,
        ended_at,
    };
    bury.write(connection).await?;
    Ok(digests.len())
}

pub(super) async fn forget(
    connection: &mut AsyncPgConnection,
    before: DateTime<Utc>,
) -> QueryResult<usize> {
    let digests: Vec<Vec<u8>> = TakeEnded { before }.fetch_all(connection).await?;
    if !digests.is_empty() {
        let unname = Unname { digests: &digests };
        unname.write(connection).await?;
    }
    Ok(digests.len())
}

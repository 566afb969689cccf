//! API keys where Citus keeps removed owners on each node, and keys on the coordinator alone: a statement that
//! changes the one cannot read the other.

use crate::postgres::execute::Execute as _;
use crate::postgres::schema::removed_owners;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

statement!(
    /// Whether there was room for the key.
    InsertApart<'a> {
        owner_id: Uuid => SqlUuid,
        most: i64 => BigInt,
        id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        expires_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        name: &'a str => Text,
        hint: &'a str => Text,
        digest: &'a [u8] => Binary,
    } -> Bool,
    "with checked as (
        select (select count(*) from api_keys where owner_id = $1) < $2 as is_free
    ),
    key as (
        insert into api_keys (owner_id, id, created_at, expires_at, name, hint)
        select $1, $3, $4, $5, $6, $7 from checked where is_free
        returning owner_id, id
    ),
    digest as (
        insert into api_key_digests (digest, owner_id, id) select $8, owner_id, id from key
    )
    select is_free from checked"
);

statement!(
    FindApart<'a> {
        digest: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
    } -> FoundKey {
        owner_id: Uuid => SqlUuid,
        expires_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    },
    "with known as (
        select k.owner_id, k.expires_at from api_key_digests d
        join api_keys k on k.owner_id = d.owner_id and k.id = d.id
        where d.digest = $1
    ),
    seen as (
        update users u set active_at = $2 from known
        where u.owner_id = known.owner_id
            and coalesce(known.expires_at > $2, true)
            and coalesce(u.active_at, u.created_at) < $2 - interval '1 day'
    )
    select owner_id, expires_at from known"
);

async fn is_removed(connection: &mut AsyncPgConnection, owner: Uuid) -> QueryResult<bool> {
    diesel::select(exists(removed_owners::table.find(owner)))
        .fetch_one(connection)
        .await
}

/// Whether there was room for the key; `None` when the owner has been removed.
pub(super) async fn insert(
    connection: &mut AsyncPgConnection,
    insert: InsertApart<'_>,
) -> QueryResult<Option<bool>> {
    if is_removed(connection, insert.owner_id).await? {
        return Ok(None);
    }
    insert.fetch_optional(connection).await
}

pub(super) async fn find(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<FoundKey>> {
    let find = FindApart { digest, now };
    let found: Option<FoundKey> = find.fetch_optional(connection).await?;
    match found {
        Some(key) if is_removed(connection, key.owner_id).await? => Ok(None),
        found => Ok(found),
    }
}

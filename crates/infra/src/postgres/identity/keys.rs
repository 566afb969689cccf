use super::keys_apart::{self, FoundKey};
use super::person::{ENDED, may_go_on};
use crate::postgres::database::Database;
use crate::postgres::error::inconsistent;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row::Sql;
use crate::postgres::schema::api_keys;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::{ApiKey, KeyHolder, KeyList, KeyStore, Name, Person};
use domain::error::{Error, Result, Unauthenticated};
use domain::id::{KeyId, OwnerId};
use domain::page::{Order, Page};
use domain::secret::Digest;
use uuid::Uuid;

/// API keys in PostgreSQL.
pub struct PgKeys(pub Database);

statement!(
    /// Serialises the creation of keys for one owner: two transactions that count at the same time
    /// would not see each other's key. Not every owner has a row that could be locked.
    Queue { owner_id: Uuid => SqlUuid } -> (),
    "select pg_advisory_xact_lock(hashtextextended('a new API key of ' || $1, 0))"
);

statement!(
    /// Whether there was room for the key; no row when the owner has been removed.
    Insert<'a> {
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
        where not exists (select from removed_owners where owner_id = $1)
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
    /// Deletes a key together with its digest, and returns the digest.
    Delete { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> Binary,
    "with digest as (
        delete from api_key_digests where owner_id = $1 and id = $2 returning digest
    ),
    key as (
        delete from api_keys where owner_id = $1 and id = $2
    )
    select digest from digest"
);

statement!(
    /// Using a key counts as activity of its owner, which is noted once a day.
    Find<'a> {
        digest: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
    } -> Sql<FoundKey>,
    "with known as (
        select k.owner_id, k.expires_at from api_key_digests d
        join api_keys k on k.owner_id = d.owner_id and k.id = d.id
        where d.digest = $1
            and not exists (select from removed_owners r where r.owner_id = k.owner_id)
    ),
    seen as (
        update users u set active_at = $2 from known
        where u.owner_id = known.owner_id
            and coalesce(known.expires_at > $2, true)
            and coalesce(u.active_at, u.created_at) < $2 - interval '1 day'
    )
    select owner_id, expires_at from known"
);

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct KeyRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    name: String,
    hint: String,
}

#[async_trait::async_trait]
impl KeyStore for PgKeys {
    async fn insert(&self, person: Person, key: &ApiKey, digest: Digest) -> Result<bool> {
        let owner_id = ids::stored(person.owner.ulid());
        let queue = Queue { owner_id };
        let is_divided = self.0.is_divided();
        let insert = Insert {
            owner_id,
            most: ApiKey::MOST,
            id: ids::stored(key.id.ulid()),
            now: key.created_at,
            expires_at: key.expires_at,
            name: key.name.as_str(),
            hint: &key.hint,
            digest: &digest.0,
        };
        let work = async |connection: &mut AsyncPgConnection| {
            queue.write(connection).await?;
            if !may_go_on(connection, person).await? {
                return Ok(None);
            }
            match is_divided {
                false => insert.fetch_optional(connection).await.map(Some),
                true => keys_apart::insert(connection, apart(insert))
                    .await
                    .map(Some),
            }
        };
        let inserted: Option<Option<bool>> = self
            .0
            .run(person.owner, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        let inserted = inserted.ok_or(ENDED)?;
        inserted.ok_or(Error::Unauthenticated(Unauthenticated::Invalid))
    }

    async fn list(&self, owner: OwnerId, list: &KeyList) -> Result<Page<ApiKey>> {
        let rows = api_keys::table
            .filter(api_keys::owner_id.eq(ids::stored(owner.ulid())))
            .select(KeyRow::as_select())
            // A limit is at most 100; one more shows whether more follow.
            .limit(list.limit.get() as i64 + 1);
        let after = list.after.map(|after| ids::stored(after.ulid()));
        let rows: Vec<KeyRow> = match list.order {
            Order::Ascending => {
                let page = rows.filter(api_keys::id.gt(after.unwrap_or_default()));
                let page = page.order(api_keys::id.asc());
                self.0
                    .run(owner, async |connection| page.fetch_all(connection).await)
                    .await?
            }
            Order::Descending => {
                let page = rows.filter(api_keys::id.lt(after.unwrap_or(Uuid::max())));
                let page = page.order(api_keys::id.desc());
                self.0
                    .run(owner, async |connection| page.fetch_all(connection).await)
                    .await?
            }
        };
        let data = rows
            .into_iter()
            .map(ApiKey::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(data, list.limit, |key| key.name.as_str().len()))
    }

    async fn delete(&self, person: Person, id: KeyId) -> Result<Option<Digest>> {
        let delete = Delete {
            owner_id: ids::stored(person.owner.ulid()),
            id: ids::stored(id.ulid()),
        };
        let work = async |connection: &mut AsyncPgConnection| {
            if !may_go_on(connection, person).await? {
                return Ok(None);
            }
            delete.fetch_optional(connection).await.map(Some)
        };
        let gone: Option<Option<Vec<u8>>> = self
            .0
            .run(person.owner, async |connection| {
                connection.transaction(work).await
            })
            .await?;
        let gone = gone.ok_or(ENDED)?;
        let digest = |bytes: Vec<u8>| {
            <[u8; 32]>::try_from(bytes)
                .map(Digest)
                .map_err(|_| Error::Internal("a digest of another length".into()))
        };
        gone.map(digest).transpose()
    }

    async fn find(
        &self,
        caller: Caller,
        digest: Digest,
        now: DateTime<Utc>,
    ) -> Result<Option<KeyHolder>> {
        let digest = &digest.0;
        let is_divided = self.0.is_divided();
        let find = Find { digest, now };
        let found: Option<FoundKey> = self
            .0
            .run(caller, async |connection| match is_divided {
                false => find.fetch_optional(connection).await,
                true => keys_apart::find(connection, digest, now).await,
            })
            .await?;
        Ok(found.map(|key| KeyHolder {
            owner: OwnerId::new(ids::read(key.owner_id)),
            expires_at: key.expires_at,
        }))
    }
}

fn apart(insert: Insert<'_>) -> keys_apart::InsertApart<'_> {
    keys_apart::InsertApart {
        owner_id: insert.owner_id,
        most: insert.most,
        id: insert.id,
        now: insert.now,
        expires_at: insert.expires_at,
        name: insert.name,
        hint: insert.hint,
        digest: insert.digest,
    }
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self> {
        Ok(Self {
            id: KeyId::new(ids::read(row.id)),
            name: Name::stored(&row.name).map_err(inconsistent)?,
            hint: row.hint,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

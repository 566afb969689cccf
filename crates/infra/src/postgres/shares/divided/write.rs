//! Making and ending links, and what comes through them.

use super::key::key;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::item_rows::steps::{AddedItems, add};
use crate::postgres::shares::statements::{
    AddViewsOf, Append, AppendedRow, CountAddition, Insert, InsertValues, LockItemToShare,
    LockToAppend, LockToShare, Name, Revoke, RevokeOf,
};
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::error::Result;
use domain::shares::ShareKey;
use uuid::Uuid;

pub(in crate::postgres::shares) async fn append(
    connection: &mut AsyncPgConnection,
    append: &Append<'_>,
) -> QueryResult<Option<AppendedRow>> {
    let (Some((owner_id, conversation_id, id)), _) = key(connection, append.digest).await? else {
        return Ok(None);
    };
    let lock = LockToAppend {
        owner_id,
        conversation_id,
        id,
        now: append.now,
        author_id: append.author_id,
    };
    let added = AddedItems {
        owner_id,
        conversation_id,
        now: append.now,
        after: 0,
        title: append.title,
        titles_due: None,
        is_reply: false,
        seeds: &[append.seed.to_vec()],
        roles: &[2],
        author_ids: &[Some(append.author_id)],
        call_ids: &[],
        models: &[],
        contents: &[append.content],
        types: &[],
        parts: &[],
        shown: &[],
        reasonings: &[],
    };
    let counted = CountAddition {
        owner_id,
        conversation_id,
        id,
    };
    let work = async |connection: &mut AsyncPgConnection| {
        if lock.fetch_optional::<bool>(connection).await?.is_none() {
            return Ok(None);
        }
        let taken = add(connection, added).await?;
        if taken.is_some() {
            counted.write(connection).await?;
        }
        Ok(Some(AppendedRow {
            owner_id,
            conversation_id,
            sequence: taken.map(|taken| taken.last),
        }))
    };
    connection.transaction(work).await
}

/// The title of the new link; `item` is the number and the id of the message that it is to.
pub(in crate::postgres::shares) async fn insert(
    connection: &mut AsyncPgConnection,
    new: &Insert<'_>,
    item: Option<(i32, Uuid)>,
) -> QueryResult<Option<Option<String>>> {
    let (owner_id, conversation_id) = (new.owner_id, new.conversation_id);
    let work = async |connection: &mut AsyncPgConnection| {
        let lock = LockToShare {
            owner_id,
            conversation_id,
        };
        let locked: Option<(i32, Option<String>)> = lock.fetch_optional(connection).await?;
        let Some((mut last_sequence, title)) = locked else {
            return Ok(None);
        };
        if let Some((sequence, item_id)) = item {
            let lock = LockItemToShare {
                owner_id,
                conversation_id,
                sequence,
                item_id,
            };
            let Some(sequence) = lock.fetch_optional::<i32>(connection).await? else {
                return Ok(None);
            };
            last_sequence = sequence;
        }
        let insert = InsertValues {
            owner_id,
            conversation_id,
            item_sequence: item.map(|(sequence, _)| sequence),
            item_id: item.map(|(_, id)| id),
            last_sequence,
            title: title.as_deref(),
            id: new.id,
            share_id: new.share_id,
            read_only: new.read_only,
            live: new.live,
            include_context: new.include_context,
            created_at: new.created_at,
            expires_at: new.expires_at,
        };
        insert.write(connection).await?;
        let name = Name {
            digest: new.digest,
            owner_id,
            conversation_id,
            id: new.id,
        };
        name.write(connection).await?;
        Ok(Some(title))
    };
    connection.transaction(work).await
}

pub(in crate::postgres::shares) async fn revoke(
    connection: &mut AsyncPgConnection,
    revoke: &Revoke<'_>,
) -> QueryResult<usize> {
    let (found, _) = key(connection, revoke.digest).await?;
    let is_meant = |(owner, conversation, _): &(Uuid, Uuid, Uuid)| {
        *owner == revoke.owner_id && revoke.conversation_id.is_none_or(|id| id == *conversation)
    };
    let Some((owner_id, conversation_id, id)) = found.filter(is_meant) else {
        return Ok(0);
    };
    let revoke = RevokeOf {
        now: revoke.now,
        owner_id,
        conversation_id,
        id,
    };
    revoke.write(connection).await
}

pub(in crate::postgres::shares) async fn add_views(
    database: &Database,
    views: &[(ShareKey, u64)],
) -> Result<()> {
    let work = async |connection: &mut AsyncPgConnection| {
        for (key, views) in views {
            let add = AddViewsOf {
                views: i64::try_from(*views).unwrap_or(i64::MAX),
                owner_id: ids::stored(key.owner.ulid()),
                conversation_id: ids::stored(key.conversation.ulid()),
                id: ids::stored(key.id),
            };
            add.write(connection).await?;
        }
        QueryResult::Ok(())
    };
    database
        .run(Caller::Service, async |connection| {
            connection.transaction(work).await
        })
        .await
}

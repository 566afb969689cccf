//! Pages in both directions: each direction is a separate statement, so that both are prepared.

use super::statements;
use super::version_rows::VersionRow;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::exists::exists;
use crate::postgres::item_rows::rows::{ItemRow, items};
use crate::postgres::item_rows::texts::Bytes as _;
use crate::postgres::row_keys::{ConversationKey, ItemKey, key};
use crate::postgres::schema::conversations;
use crate::postgres::work::reading;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::{ConversationId, OwnerId, Sequence};
use domain::items::{Item, ItemList, Version, VersionList};
use domain::page::{Order, PAGE_BYTES, Page};

/// `None` where the conversation does not exist.
pub(super) async fn list(
    database: &Database,
    owner: OwnerId,
    key: ConversationKey,
    list: &ItemList,
) -> Result<Option<Page<Item>>> {
    let rows = database
        .read(
            reading(owner),
            async |connection| load(connection, key, list).await,
            |rows: &Vec<ItemRow>| ItemRow::largest(rows),
        )
        .await?;
    if rows.is_empty() && !exists(database, key).await? {
        return Ok(None);
    }
    Ok(Some(Page::of(items(rows)?, list.limit, |item| {
        item.content.bytes()
    })))
}

/// The last number that was given in the conversation; `None` where it does not exist.
pub(super) async fn last(
    database: &Database,
    owner: OwnerId,
    conversation: ConversationId,
) -> Result<Option<Sequence>> {
    let conversation = conversations::table.find(key(owner, conversation));
    let query = conversation.select(conversations::last_sequence);
    let work =
        async |connection: &mut AsyncPgConnection| query.fetch_optional::<i32>(connection).await;
    let last = database.run(reading(owner), work).await?;
    Ok(last.map(|last| Sequence(last.cast_unsigned())))
}

pub(super) async fn list_versions(
    database: &Database,
    owner: OwnerId,
    key: ItemKey,
    list: &VersionList,
) -> Result<Page<Version>> {
    let rows = database
        .read(
            reading(owner),
            async |connection| load_versions(connection, key, list).await,
            |rows: &Vec<VersionRow>| VersionRow::largest(rows),
        )
        .await?;
    let data = rows
        .into_iter()
        .map(Version::try_from)
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::of(data, list.limit, |version| {
        version.content.bytes()
    }))
}

/// Reads one row more than the page holds, to see whether more follow.
async fn load(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): ConversationKey,
    list: &ItemList,
) -> QueryResult<Vec<ItemRow>> {
    // A limit is at most 100, and a page 4 MiB.
    let (limit, bytes) = (list.limit.get() as i64 + 1, PAGE_BYTES as i64);
    let after = list.after.map(|after| after.0.cast_signed());
    match list.order {
        Order::Ascending => {
            let after = after.unwrap_or(0);
            let page = statements::PageUp {
                owner_id,
                conversation_id,
                after,
                limit,
                bytes,
            };
            page.fetch_all(connection).await
        }
        Order::Descending => {
            let after = after.unwrap_or(i32::MAX);
            let page = statements::PageDown {
                owner_id,
                conversation_id,
                after,
                limit,
                bytes,
            };
            page.fetch_all(connection).await
        }
    }
}

async fn load_versions(
    connection: &mut AsyncPgConnection,
    ItemKey {
        owner_id,
        conversation_id,
        sequence,
        id,
    }: ItemKey,
    list: &VersionList,
) -> QueryResult<Vec<VersionRow>> {
    let (limit, bytes) = (list.limit.get() as i64 + 1, PAGE_BYTES as i64);
    let after = list.after.map(u32::cast_signed);
    match list.order {
        Order::Ascending => {
            let after = after.unwrap_or(0);
            let page = statements::VersionsUp {
                owner_id,
                conversation_id,
                sequence,
                id,
                after,
                limit,
                bytes,
            };
            page.fetch_all(connection).await
        }
        Order::Descending => {
            let after = after.unwrap_or(i32::MAX);
            let page = statements::VersionsDown {
                owner_id,
                conversation_id,
                sequence,
                id,
                after,
                limit,
                bytes,
            };
            page.fetch_all(connection).await
        }
    }
}

//! Pages in both directions: each direction is a statement of its own, so that both are prepared.

use super::key::{ConversationKey, ItemKey};
use super::rows::Row;
use super::statements;
use super::version_rows::VersionRow;
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::items::{ItemList, VersionList};
use domain::page::{Order, PAGE_BYTES};

/// Reads one row more than the page holds, to see whether more follow.
pub(super) async fn items(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): ConversationKey,
    list: &ItemList,
) -> QueryResult<Vec<Row>> {
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

pub(super) async fn versions(
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

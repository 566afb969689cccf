//! Appends step by step, where Citus keeps the tables in parts: see [`item_rows::steps`](crate::postgres::item_rows::steps).

use super::statements::{Append, AppendAll};
use crate::postgres::item_rows::steps::{AddedItems, TakenNumbers, add};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;

/// The number of the item, as the one statement gives it.
pub(super) async fn append(
    connection: &mut AsyncPgConnection,
    append: &Append<'_>,
) -> QueryResult<Option<i32>> {
    let added = AddedItems {
        owner_id: append.owner_id,
        conversation_id: append.conversation_id,
        now: append.now,
        after: 0,
        title: append.title,
        titles_due: append.titles_due,
        is_reply: false,
        seeds: &[append.seed.to_vec()],
        roles: &[append.role],
        author_ids: &[append.author_id],
        call_ids: &[append.call_id],
        models: &[],
        contents: &[append.content],
        types: &[append.item_type],
        parts: &[append.parts],
        shown: &[append.shown.map(str::to_owned)],
        reasonings: &[append.reasoning],
    };
    Ok(add(connection, added).await?.map(|taken| taken.last))
}

/// The number of the first item, as the one statement gives it.
pub(super) async fn append_all(
    connection: &mut AsyncPgConnection,
    append: &AppendAll<'_>,
) -> QueryResult<Option<i32>> {
    let added = AddedItems {
        owner_id: append.owner_id,
        conversation_id: append.conversation_id,
        now: append.now,
        after: 0,
        title: append.title,
        titles_due: append.titles_due,
        is_reply: false,
        seeds: append.seeds,
        roles: append.roles,
        author_ids: &[],
        call_ids: append.call_ids,
        models: &[],
        contents: append.contents,
        types: append.types,
        parts: append.parts,
        shown: append.shown,
        reasonings: append.reasonings,
    };
    let first = |taken: TakenNumbers| taken.last - append.size + 1;
    Ok(add(connection, added).await?.map(first))
}

//! A conversation and the beginning of its items.

use super::rows::Row;
use super::{sequence, statements};
use crate::postgres::execute::Execute as _;
use crate::postgres::items::key::Key;
use crate::postgres::items::rows::Row as ItemRow;
use crate::postgres::items::statements as item_statements;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::conversations::Opening;
use domain::error::Result;
use domain::items::Item;

/// The conversation, the sequence number of its last item, and its first items.
pub(super) type Found = (Row, i32, Vec<ItemRow>);

/// Uses one statement where the items are small.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    (owner_id, id): Key,
) -> QueryResult<Option<Found>> {
    let find = statements::FindWithItems { owner_id, id };
    let rows: Vec<(Row, i32, Option<ItemRow>)> = find.fetch_all(connection).await?;
    let mut rows = rows.into_iter();
    let Some((conversation, last, first)) = rows.next() else {
        return Ok(None);
    };
    let items = match first {
        None if conversation.has_items() => {
            let batch = item_statements::Batch {
                owner_id,
                conversation_id: id,
                after: 0,
                last,
            };
            batch.fetch_all(connection).await?
        }
        first => {
            let rest = rows.filter_map(|(_, _, item)| item);
            first.into_iter().chain(rest).collect()
        }
    };
    Ok(Some((conversation, last, items)))
}

pub(super) fn opening((conversation, last, items): Found) -> Result<Opening> {
    Ok(Opening {
        conversation: conversation.try_into()?,
        items: items
            .into_iter()
            .map(Item::try_from)
            .collect::<Result<_>>()?,
        last: sequence(last)?,
    })
}

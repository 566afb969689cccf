//! A conversation and the beginning of its items.

use super::rows::{Row, sequence};
use super::statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::items::key::ConversationKey;
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
    (owner_id, id): ConversationKey,
) -> QueryResult<Option<Found>> {
    let find = statements::FindWithItems { owner_id, id };
    let rows: Vec<(Option<Row>, Option<i32>, Option<ItemRow>)> = find.fetch_all(connection).await?;
    let (mut found, mut is_whole) = (None, true);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            (Some(conversation), Some(last), _) => found = Some((conversation, last)),
            (_, _, Some(item)) if is_whole => items.push(item),
            _ => is_whole = false,
        }
    }
    let Some((conversation, last)) = found else {
        return Ok(None);
    };
    let reached = items.last().map_or(0, ItemRow::sequence);
    if !is_whole {
        let batch = item_statements::Batch {
            owner_id,
            conversation_id: id,
            after: reached,
            last,
        };
        let rest: Vec<ItemRow> = batch.fetch_all(connection).await?;
        items.extend(rest);
    } else if conversation.has_items(items.len()) {
        // The numbers after these belong to deleted items.
        return Ok(Some((conversation, reached, items)));
    }
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

//! A conversation and the beginning of its items.

use super::statements::{self, Joined};
use crate::postgres::conversation_rows::rows::{ConversationRow, sequence};
use crate::postgres::execute::Execute as _;
use crate::postgres::item_rows::batch::NextBatch;
use crate::postgres::item_rows::rows::ItemRow;
use crate::postgres::row_keys::ConversationKey;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::conversations::ConversationOpening;
use domain::error::Result;
use domain::items::Item;

pub(super) struct FoundConversation {
    conversation: ConversationRow,
    pub(super) items: Vec<ItemRow>,
    /// The sequence number up to which these are all items.
    last: i32,
}

/// Uses one statement where the items are small.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    (owner_id, id): ConversationKey,
) -> QueryResult<Option<FoundConversation>> {
    let find = statements::FindWithItems { owner_id, id };
    let rows: Vec<Joined> = find.fetch_all(connection).await?;
    let (mut found, mut is_whole) = (None, true);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        match (row.conversation, row.item) {
            (Some(conversation), _) => found = Some(conversation),
            (None, Some(item)) if is_whole => items.push(item),
            (None, _) => is_whole = false,
        }
    }
    let Some(conversation) = found else {
        return Ok(None);
    };
    let reached = items.last().map_or(0, ItemRow::sequence);
    let mut last = conversation.last_sequence;
    if !is_whole {
        let batch = NextBatch {
            owner_id,
            conversation_id: id,
            after: reached,
            last,
        };
        let rest: Vec<ItemRow> = batch.fetch_all(connection).await?;
        items.extend(rest);
    } else if conversation.has_items(items.len()) {
        // The numbers after these belong to deleted items.
        last = reached;
    }
    Ok(Some(FoundConversation {
        conversation,
        items,
        last,
    }))
}

pub(super) fn opening(found: FoundConversation) -> Result<ConversationOpening> {
    Ok(ConversationOpening {
        conversation: found.conversation.try_into()?,
        items: found
            .items
            .into_iter()
            .map(Item::try_from)
            .collect::<Result<_>>()?,
        last: sequence(found.last)?,
    })
}

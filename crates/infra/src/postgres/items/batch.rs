//! The next part of a conversation that is read from beginning to end.

use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::exists::exists;
use crate::postgres::item_rows::batch::NextBatch;
use crate::postgres::item_rows::rows::{ItemRow, items};
use crate::postgres::item_rows::texts::Bytes as _;
use crate::postgres::row_keys::ConversationKey;
use crate::postgres::work::reading;
use domain::error::Result;
use domain::id::{OwnerId, Sequence};
use domain::items::Item;

/// `None` where the conversation does not exist.
pub(super) async fn load(
    database: &Database,
    owner: OwnerId,
    (owner_id, conversation_id): ConversationKey,
    after: Sequence,
    last: Sequence,
) -> Result<Option<Vec<Item>>> {
    let query = NextBatch {
        owner_id,
        conversation_id,
        after: after.0.cast_signed(),
        last: last.0.cast_signed(),
    };
    let rows = database
        .read(
            reading(owner),
            async |connection| query.fetch_all(connection).await,
            |rows: &Vec<ItemRow>| ItemRow::largest(rows),
        )
        .await?;
    if rows.is_empty() && !exists(database, (owner_id, conversation_id)).await? {
        return Ok(None);
    }
    items(rows).map(Some)
}

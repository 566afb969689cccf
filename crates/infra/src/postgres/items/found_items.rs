//! Several items of one request.

use super::statements::{self, FoundItem};
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::item_rows::rows::items;
use crate::postgres::row_keys::ConversationKey;
use crate::postgres::work::reading;
use diesel_async::AsyncPgConnection;
use domain::error::{Error, Result};
use domain::id::{ItemId, OwnerId};
use domain::items::{Batch, CallId, Present};

/// The most bytes of text that are read.
const MOST: i64 = Batch::MAX_BYTES as i64;

/// The items with these call ids. `None`: the conversation does not exist.
pub(super) async fn by_call_ids(
    database: &Database,
    owner: OwnerId,
    (owner_id, conversation_id): ConversationKey,
    call_ids: &[&CallId],
) -> Result<Option<Present>> {
    let call_ids: Vec<_> = call_ids.iter().map(|call_id| call_id.as_str()).collect();
    let query = statements::FindByCallIds {
        call_ids: &call_ids,
        most: MOST,
        owner_id,
        conversation_id,
    };
    let work = async |connection: &mut AsyncPgConnection| query.fetch_all(connection).await;
    present(database.run(reading(owner), work).await?)
}

/// The items with the sequence numbers of these ids. `None`: the conversation does not exist.
pub(super) async fn by_ids(
    database: &Database,
    owner: OwnerId,
    (owner_id, conversation_id): ConversationKey,
    ids: &[ItemId],
) -> Result<Option<Present>> {
    let numbers = ids.iter().map(|id| i32::try_from(id.sequence().0));
    let numbers: Vec<_> = numbers.filter_map(std::result::Result::ok).collect();
    let query = statements::FindBySequences {
        sequences: &numbers,
        most: MOST,
        owner_id,
        conversation_id,
    };
    let work = async |connection: &mut AsyncPgConnection| query.fetch_all(connection).await;
    present(database.run(reading(owner), work).await?)
}

fn present(rows: Vec<FoundItem>) -> Result<Option<Present>> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let item_count = u32::try_from(first.item_count);
    let item_count = item_count.map_err(|error| Error::Internal(error.into()))?;
    if first.bytes > MOST {
        return Ok(Some(Present {
            item_count,
            items: None,
        }));
    }
    let rows = rows.into_iter().filter_map(|row| row.item);
    Ok(Some(Present {
        item_count,
        items: Some(items(rows.collect())?),
    }))
}

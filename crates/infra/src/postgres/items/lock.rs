//! Each change to an item locks the conversation first, so changes happen one after the other, and
//! never while the conversation is deleted.

use super::statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::item_rows::rows::ItemRow;
use crate::postgres::row_keys::ItemKey;
use crate::postgres::schema::conversations;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;

/// Locks the conversation until the transaction ends; `false` when it does not exist.
pub(in crate::postgres) async fn lock(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
) -> QueryResult<bool> {
    let conversation = conversations::table
        .find((key.owner_id, key.conversation_id))
        .select(conversations::last_sequence)
        .for_no_key_update();
    Ok(conversation
        .fetch_optional::<i32>(connection)
        .await?
        .is_some())
}

pub(in crate::postgres) async fn find(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
) -> QueryResult<Option<ItemRow>> {
    let ItemKey {
        owner_id,
        conversation_id,
        sequence,
        id,
    } = key;
    let query = statements::FindById {
        sequence,
        id,
        owner_id,
        conversation_id,
    };
    query.fetch_one::<Option<ItemRow>>(connection).await
}

//! Adds a reply step by step, where Citus keeps the tables in parts: see
//! [`item_rows::steps`](crate::postgres::item_rows::steps).

use crate::postgres::ids;
use crate::postgres::item_rows::parts::PartColumns;
use crate::postgres::item_rows::rows::ItemRow;
use crate::postgres::item_rows::steps::{AddedItems, add};
use crate::postgres::items::lock::find;
use crate::postgres::roles::stored_role;
use crate::postgres::row_keys::ItemKey;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::items::Role;
use domain::replies::Reply;

/// The new item; `None`: the conversation is full. `key` is that of an item of the conversation.
pub(super) async fn append(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    reply: &Reply,
) -> QueryResult<Option<ItemRow>> {
    let columns = PartColumns::from(&reply.content);
    let added = AddedItems {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        now: reply.now,
        after: 0,
        title: None,
        titles_due: None,
        is_reply: true,
        seeds: &[ids::seed(reply.seed).to_vec()],
        roles: &[stored_role(Role::Assistant)],
        author_ids: &[],
        call_ids: &[],
        models: &[reply.model.as_deref()],
        contents: &[reply.content.stored_text()],
        types: &[columns.item_type],
        parts: &[columns.parts],
        shown: std::slice::from_ref(&columns.shown),
        reasonings: &[reply.reasoning.as_deref()],
    };
    let Some(taken) = add(connection, added).await? else {
        return Ok(None);
    };
    let owner = OwnerId::new(ids::read(key.owner_id));
    let conversation = ConversationId::new(ids::read(key.conversation_id));
    let id = ItemId::at(reply.seed, Sequence(taken.last.cast_unsigned()));
    find(connection, ItemKey::new(owner, conversation, id)).await
}

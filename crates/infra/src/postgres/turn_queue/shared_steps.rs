//! Steps on turns within the transactions of other stores.

use super::statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row_keys::key;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::ItemId;
use domain::turns::{Leaving, QueuedTurn};
use uuid::Uuid;

/// Removes a turn in the transaction that stores it; `false`: it is no longer in the queue.
pub(in crate::postgres) async fn depart(
    connection: &mut AsyncPgConnection,
    turn: QueuedTurn,
) -> QueryResult<bool> {
    let (owner_id, conversation_id) = key(turn.owner, turn.conversation);
    let depart = statements::Depart {
        owner_id,
        conversation_id,
        token: ids::stored(turn.token),
    };
    Ok(depart.write(connection).await? > 0)
}

/// Records the kept reply of a cancelled turn, which has left in the same transaction.
pub(in crate::postgres) async fn remember(
    connection: &mut AsyncPgConnection,
    Leaving { turn, .. }: Leaving,
    item: Option<ItemId>,
) -> QueryResult<()> {
    let (owner_id, conversation_id) = key(turn.owner, turn.conversation);
    let remember = statements::Remember {
        owner_id,
        conversation_id,
        token: ids::stored(turn.token),
        item_id: item.map(|item| ids::stored(item.ulid())),
    };
    remember.write(connection).await?;
    Ok(())
}

/// Deletes the turns of dead instances in a deleted conversation. A turn that is still being
/// answered leaves by itself, and learns that the conversation does not exist.
pub(in crate::postgres) async fn purge_conversation(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): (Uuid, Uuid),
) -> QueryResult<()> {
    let purge = statements::PurgeConversation {
        owner_id,
        conversation_id,
    };
    purge.write(connection).await?;
    Ok(())
}

/// Deletes some turns of a removed owner.
pub(in crate::postgres) async fn purge_owner(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    most: i64,
) -> QueryResult<usize> {
    let purge = statements::PurgeOwner { owner_id, most };
    purge.write(connection).await
}

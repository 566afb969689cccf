//! What is done with turns within the transactions of others.

use super::statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::items::key::key;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::ItemId;
use domain::turns::{Leaving, QueuedTurn};
use uuid::Uuid;

/// A turn leaves in the transaction that stores it; `false`: it is not there any more.
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

/// For those who have ended a turn, which has left in the same transaction: what was kept of it.
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

/// Takes away what instances that died have left of a conversation that was deleted. A turn that is still
/// being answered leaves by itself, and is told that there is no conversation.
pub(in crate::postgres) async fn forget_conversation(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): (Uuid, Uuid),
) -> QueryResult<()> {
    let forget = statements::ForgetConversation {
        owner_id,
        conversation_id,
    };
    forget.write(connection).await?;
    Ok(())
}

/// Takes away some of what an owner has who was removed.
pub(in crate::postgres) async fn forget_owner(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    most: i64,
) -> QueryResult<usize> {
    let forget = statements::ForgetOwner { owner_id, most };
    forget.write(connection).await
}

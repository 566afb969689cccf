//! Deletes what the index has of deleted data.

use super::statements::forget as statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::row_keys::ConversationKey;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// The most rows of a conversation that are deleted by one statement.
const BLOCKS: i64 = 2_000;

/// Some of what the index has of a deleted conversation; returns how many of its blocks. Rows that the version
/// before made go with the messages.
pub(in crate::postgres) async fn forget_conversation(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): ConversationKey,
) -> QueryResult<usize> {
    let blocks = statements::ForgetBlocks {
        owner_id,
        conversation_id,
        most: BLOCKS,
    };
    let blocks = blocks.write(connection).await?;
    let forget = statements::ForgetConversation {
        owner_id,
        conversation_id,
    };
    if blocks == 0 {
        forget.write(connection).await?;
    }
    Ok(blocks)
}

/// Some rows of a removed owner; returns how many.
pub(in crate::postgres) async fn forget_owner(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    most: i64,
) -> QueryResult<usize> {
    let blocks = statements::ForgetBlocksOfOwner { owner_id, most };
    let words = statements::ForgetWords { owner_id, most };
    let conversations = statements::ForgetConversations { owner_id, most };
    let owner = statements::ForgetOwner { owner_id };
    let blocks = blocks.write(connection).await?;
    if blocks > 0 {
        return Ok(blocks);
    }
    Ok(words.write(connection).await?
        + conversations.write(connection).await?
        + owner.write(connection).await?)
}

/// Notes that a conversation has another title.
pub(in crate::postgres) async fn note_rename(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): ConversationKey,
) -> QueryResult<()> {
    let renamed = statements::Renamed {
        owner_id,
        conversation_id,
    };
    renamed.write(connection).await?;
    Ok(())
}

//! Conversations whose titles may match.

use super::titled::Titled;
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::exists;
use domain::conversations::{Conversation, ConversationList};
use domain::error::Result;
use domain::id::OwnerId;
use domain::search::{MAKER, WantedKeys};

pub(super) async fn find(
    database: &Database,
    owner: OwnerId,
    keys: &WantedKeys,
    list: &ConversationList,
    most: usize,
) -> Result<Option<Vec<Conversation>>> {
    let titled = Titled::of(owner, list, keys, MAKER, most);
    let rows: Vec<ConversationRow> = database
        .run(owner, async |connection| titled.fetch_all(connection).await)
        .await?;
    if rows.is_empty() && !exists::project(database, owner, list.project_id).await? {
        return Ok(None);
    }
    let conversations = rows.into_iter().map(Conversation::try_from);
    conversations.collect::<Result<_>>().map(Some)
}

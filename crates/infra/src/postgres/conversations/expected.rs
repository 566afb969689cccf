//! Changes of a conversation in an expected state only.

use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::execute::Execute as _;
use crate::postgres::row_keys::ConversationKey;
use crate::postgres::schema::conversations;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel_async::AsyncPgConnection;
use domain::conversations::Conversation;
use domain::error::Error;
use domain::state::Expected;

/// Whether the conversation is in an expected state, in which it then stays until the transaction
/// ends; or does not exist. The row is locked before it is looked at, so of two requests that expect
/// the same state only one finds it.
pub(in crate::postgres) async fn holds(
    connection: &mut AsyncPgConnection,
    key: ConversationKey,
    expected: &Expected,
) -> QueryResult<bool> {
    let find = conversations::table
        .find(key)
        .select(ConversationRow::as_select())
        .for_update();
    let Some(row) = find.fetch_optional::<ConversationRow>(connection).await? else {
        return Ok(true);
    };
    let found: Result<Conversation, Error> = row.try_into();
    let found = found.map_err(|error| DieselError::DeserializationError(error.into()))?;
    Ok(expected.holds(&found.tag()))
}

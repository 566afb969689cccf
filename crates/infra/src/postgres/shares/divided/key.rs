use crate::postgres::execute::Execute as _;
use crate::postgres::shares::statements::{FindKey, KeyRow};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// The link of a digest: its owner, its conversation and its id.
pub(super) async fn key(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
) -> QueryResult<(Option<(Uuid, Uuid, Uuid)>, KeyRow)> {
    let row: KeyRow = FindKey { digest }.fetch_one(connection).await?;
    let key = match (row.owner_id, row.conversation_id, row.id) {
        (Some(owner), Some(conversation), Some(id)) => Some((owner, conversation, id)),
        _ => None,
    };
    Ok((key, row))
}

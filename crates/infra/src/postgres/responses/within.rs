//! Responses in the work of other stores.

use super::statements::{OfConversation, OfOwner};
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// Deletes some responses of a deleted conversation; returns how many.
pub(in crate::postgres) async fn forget_conversation(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): (Uuid, Uuid),
    most: i64,
) -> QueryResult<usize> {
    let forget = OfConversation {
        owner_id,
        conversation_id,
        most,
    };
    forget.write(connection).await
}

/// Deletes some responses of a removed owner; returns how many.
pub(in crate::postgres) async fn forget_owner(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    most: i64,
) -> QueryResult<usize> {
    OfOwner { owner_id, most }.write(connection).await
}

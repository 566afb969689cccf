//! Pages of an owner's links: each direction is a separate statement, so that both are prepared.

use super::rows::ShareRow;
use super::statements::{ConversationNewest, ConversationOldest, Newest, Oldest};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::OwnerId;
use domain::page::Order;
use domain::shares::{ShareList, ShareState};
use uuid::Uuid;

/// Reads one row more than the page holds, to see whether more follow.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ShareList,
) -> QueryResult<Vec<ShareRow>> {
    let owner_id = ids::stored(owner.ulid());
    let after = list.after.map(|cursor| ids::stored(cursor.0));
    let after = after.unwrap_or(match list.order {
        Order::Ascending => Uuid::nil(),
        Order::Descending => Uuid::max(),
    });
    let (now, ended_since) = (list.now, list.ended_since);
    let state = match list.state {
        None => "any",
        Some(ShareState::Active) => "active",
        Some(ShareState::Expired) => "expired",
        Some(ShareState::Revoked) => "revoked",
    };
    // A limit is at most 100.
    let limit = list.limit.get() as i64 + 1;
    macro_rules! page {
        ($statement:ident { $($conversation_id:ident)? }) => {{
            let page = $statement {
                owner_id,
                $($conversation_id,)?
                after,
                ended_since,
                state,
                now,
                limit,
            };
            page.fetch_all(connection).await
        }};
    }
    let conversation = list.conversation.map(|id| ids::stored(id.ulid()));
    match (list.order, conversation) {
        (Order::Ascending, None) => page!(Oldest {}),
        (Order::Descending, None) => page!(Newest {}),
        (Order::Ascending, Some(conversation_id)) => {
            page!(ConversationOldest { conversation_id })
        }
        (Order::Descending, Some(conversation_id)) => {
            page!(ConversationNewest { conversation_id })
        }
    }
}

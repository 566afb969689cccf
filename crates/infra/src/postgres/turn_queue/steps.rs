//! Adds a turn step by step, where Citus keeps the queue in parts: see
//! [`item_rows::steps`](crate::postgres::item_rows::steps).

use super::statements::{Enter, EnteredRow};
use crate::postgres::execute::Execute as _;
use crate::postgres::statement::statement;
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Bool, Integer, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

statement!(
    /// Whether the conversation exists, the last place, and how many turns wait.
    Before { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> BeforeRow {
        is_there: bool => Bool,
        last: i32 => Integer,
        before: i64 => BigInt,
    },
    "select exists (select from conversations where owner_id = $1 and id = $2),
        coalesce(max(place), 0), count(*) filter (where ended_at is null)
    from turn_queue where owner_id = $1 and conversation_id = $2"
);

statement!(
    Take {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        place: i32 => Integer,
        token: Uuid => SqlUuid,
    } -> (),
    "insert into turn_queue (owner_id, conversation_id, place, token, leased_until)
    values ($1, $2, $3, $4, now() + interval '30 seconds')
    on conflict do nothing"
);

pub(super) async fn enter(
    connection: &mut AsyncPgConnection,
    enter: Enter,
) -> QueryResult<EnteredRow> {
    let (owner_id, conversation_id) = (enter.owner_id, enter.conversation_id);
    let before = Before {
        owner_id,
        conversation_id,
    };
    let BeforeRow {
        is_there,
        last,
        before,
    } = before.fetch_one(connection).await?;
    let mut place = None;
    if is_there && before < enter.most {
        let take = Take {
            owner_id,
            conversation_id,
            place: last.saturating_add(1),
            token: enter.token,
        };
        place = (take.write(connection).await? > 0).then_some(last.saturating_add(1));
    }
    Ok(EnteredRow {
        is_there,
        place,
        before,
    })
}

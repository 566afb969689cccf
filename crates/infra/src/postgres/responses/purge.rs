//! Responses in the work of other stores.

use super::statements::{OfConversation, OfOwner};
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// A list of items (`$list`) with null instead of the item `$index`, counted from 0. The other items stay to the
/// last character, since `json` keeps its text.
macro_rules! without {
    ($list:literal, $index:literal) => {
        concat!(
            "coalesce((
                select '[' || string_agg(
                    case when e.ordinal = ",
            $index,
            " + 1 then 'null' else e.item::text end,
                    ',' order by e.ordinal
                ) || ']'
                from json_array_elements(",
            $list,
            "::json) with ordinality as e (item, ordinal)
            ), ",
            $list,
            ")"
        )
    };
}

/// Erases the text of the deleted item (`gone`: one row, the item `$3` of the conversation `$2` of the owner `$1`)
/// from its response, which has an id from `$5` to `$6`, if it has one. The condition on the conversation keeps the
/// planner at the primary key.
pub(in crate::postgres) const ERASE_ITEM: &str = concat!(
    "update responses r set
        input = case when $3 < r.first_number + r.input_count then ",
    without!("r.input", "$3 - r.first_number"),
    " else r.input end,
        output = case when $3 < r.first_number + r.input_count then r.output else ",
    without!("r.output", "$3 - r.first_number - r.input_count"),
    " end
    from gone
    where r.owner_id = $1 and r.id between $5 and $6 and r.conversation_id is not distinct from $2
        and r.first_number <= $3"
);

/// Deletes some responses of a deleted conversation; returns how many.
pub(in crate::postgres) async fn purge_conversation(
    connection: &mut AsyncPgConnection,
    (owner_id, conversation_id): (Uuid, Uuid),
    most: i64,
) -> QueryResult<usize> {
    let purge = OfConversation {
        owner_id,
        conversation_id,
        most,
    };
    purge.write(connection).await
}

/// Deletes some responses of a removed owner; returns how many.
pub(in crate::postgres) async fn purge_owner(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    most: i64,
) -> QueryResult<usize> {
    OfOwner { owner_id, most }.write(connection).await
}

//! Blocks that are made again.

use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

/// The blocks `b` of a conversation that are made again: those with a message that was deleted, and if
/// the conversation was revised, those with a message that was edited.
const AGAIN: &str = "b.owner_id = $1 and b.conversation_id = $2
        and b.first_sequence between 1 and $3
        and (b.words is null or $4 and exists (
            select from items i where i.owner_id = $1 and i.conversation_id = $2
                and i.sequence between b.first_sequence and b.last_sequence and i.version > 1
        ))";

statement!(
    /// The bytes of the messages of these blocks.
    AgainBytes {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        indexed: i32 => Integer,
        is_revised: bool => Bool,
    } -> BigInt,
    sql!("with parameters as (select $1::uuid, $2::uuid, $3::integer, $4::boolean)
    select coalesce(sum(octet_length(i.content) + 128), 0)::bigint
    from search_blocks b
    join items i on i.owner_id = $1 and i.conversation_id = $2
        and i.sequence between b.first_sequence and b.last_sequence
    where ", AGAIN)
);

statement!(
    /// The blocks, and their messages. One may have no messages any more.
    AgainItems {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        indexed: i32 => Integer,
        is_revised: bool => Bool,
    } -> AgainItemRow {
        first_sequence: i32 => Integer,
        last_sequence: i32 => Integer,
        id: Option<Uuid> => Nullable<SqlUuid>,
        content: Option<String> => Nullable<Text>,
    },
    sql!("with parameters as (select $1::uuid, $2::uuid, $3::integer, $4::boolean)
    select b.first_sequence, b.last_sequence, i.id, i.content
    from search_blocks b
    left join items i on i.owner_id = $1 and i.conversation_id = $2
        and i.sequence between b.first_sequence and b.last_sequence
    where ", AGAIN, "
    order by b.first_sequence, i.sequence")
);

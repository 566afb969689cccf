//! The next part of a conversation that is read from beginning to end.

use super::rows::{self, ItemRow};
use super::texts;
use crate::postgres::row::{Sql, sql};
use crate::postgres::statement::statement;
use diesel::sql_types::{Integer, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// The next batch of a conversation that is read from beginning to end: 256 KiB, and at least
    /// one item.
    NextBatch {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        after: i32 => Integer,
        last: i32 => Integer,
    } -> Sql<ItemRow>,
    sql!(
        "select ", rows::columns!("i."), "
        from (
            select n.*, sum(", texts::size!("n."), ") over (order by n.sequence)
                - (", texts::size!("n."), ") as bytes_before
            from (
                select i.* from items i
                join conversations c on c.owner_id = i.owner_id and c.id = i.conversation_id
                where i.owner_id = $1 and i.conversation_id = $2
                    and i.sequence > $3 and i.sequence <= $4
                order by i.sequence limit 512
            ) n
        ) i
        where i.bytes_before < 262144
        order by i.sequence"
    )
);

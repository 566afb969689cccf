use crate::postgres::item_rows::rows::{self, ItemRow};
use crate::postgres::row::{Sql, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// An item in any conversation: one look at the primary key for each conversation that was there before the
    /// item, and has changed since.
    FindAnywhere {
        sequence: i32 => Integer,
        id: Uuid => SqlUuid,
        owner_id: Uuid => SqlUuid,
        newest: Uuid => SqlUuid,
        since: DateTime<Utc> => Timestamptz,
    } -> Sql<ItemRow>,
    sql!(
        "select ", rows::columns!("i."), "
        from conversations c
        join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
            and i.sequence = $1 and i.id = $2
        where c.owner_id = $3 and c.id <= $4 and c.updated_at >= $5
        limit 1"
    )
);

//! Statements that find items: one item, a page, the next batch.

use crate::postgres::item_rows::rows::{self, Head, ItemRow};
use crate::postgres::item_rows::texts;
use crate::postgres::row::{Sql, names, row, sql};
use crate::postgres::statement::statement;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// No row: the conversation does not exist. A row of nulls: it has no such item.
    FindById {
        sequence: i32 => Integer,
        id: Uuid => SqlUuid,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> Nullable<Sql<ItemRow>>,
    sql!(
        "select ", rows::columns!("i."), "
        from conversations c
        left join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
            and i.sequence = $1 and i.id = $2
        where c.owner_id = $3 and c.id = $4"
    )
);

statement!(
    /// No row: the conversation does not exist. A row of nulls: it has no such item.
    FindByCallId<'a> {
        call_id: &'a str => Text,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> Nullable<Sql<ItemRow>>,
    sql!(
        "select ", rows::columns!("i."), "
        from conversations c
        left join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
            and i.call_id = $1
        where c.owner_id = $2 and c.id = $3"
    )
);

row!(
    /// One of the items that are wanted.
    FoundItem {
        /// The number of all items of the conversation.
        item_count: i32 => Integer,
        /// The bytes of all items that are wanted.
        bytes: i64 => BigInt,
        item: Option<ItemRow> => Nullable<Sql<ItemRow>>,
    }
);

/// Several items of one request, in no order. No row: the conversation does not exist. Where their
/// texts have more bytes than are allowed, the result is a row of nulls, as where
/// no item is found.
macro_rules! several {
    ($(#[$doc:meta])* $name:ident, $wanted:ident: $rust:ty => $sql:ty, $column:literal) => {
        statement!(
            $(#[$doc])*
            $name<'a> {
                $wanted: $rust => $sql,
                most: i64 => BigInt,
                owner_id: Uuid => SqlUuid,
                conversation_id: Uuid => SqlUuid,
            } -> Sql<FoundItem>,
            sql!(
                "select c.item_count, t.bytes, ", rows::columns!("i."), "
                from conversations c
                cross join lateral (
                    select coalesce(sum(", texts::size!("n."), "), 0)::bigint as bytes
                    from items n where n.owner_id = $3 and n.conversation_id = c.id
                        and n.", $column, " = any($1)
                ) t
                left join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
                    and i.", $column, " = any($1) and t.bytes <= $2
                where c.owner_id = $3 and c.id = $4"
            )
        );
    };
}
several!(
    /// By their call ids.
    FindByCallIds, call_ids: &'a [&'a str] => Array<Text>, "call_id"
);
several!(
    /// By their numbers.
    FindBySequences, sequences: &'a [i32] => Array<Integer>, "sequence"
);

/// A page in one direction: rows until those before them have more bytes than a page may have.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $after:literal, $order:literal, $size:expr, $columns:expr) => {
        statement!(
            $(#[$doc])*
            $name {
                owner_id: Uuid => SqlUuid,
                conversation_id: Uuid => SqlUuid,
                after: i32 => Integer,
                limit: i64 => BigInt,
                bytes: i64 => BigInt,
            } -> Sql<ItemRow>,
            sql!(
                "select ", $columns, "
                from (
                    select n.*, sum(", $size, ") over (order by n.sequence ", $order, ")
                        - (", $size, ") as bytes_before
                    from (
                        select i.* from items i
                        join conversations c on c.owner_id = i.owner_id
                            and c.id = i.conversation_id
                        where i.owner_id = $1 and i.conversation_id = $2
                            and i.sequence ", $after, " $3
                        order by i.sequence ", $order, " limit $4
                    ) n
                ) i
                where i.bytes_before <= $5
                order by i.sequence ", $order
            )
        );
    };
}
page!(
    /// Oldest first.
    PageUp, ">", "asc", texts::size!("n."), rows::columns!("i.")
);
page!(
    /// Newest first.
    PageDown, "<", "desc", texts::size!("n."), rows::columns!("i.")
);
page!(
    /// Newest first, for a model, which gets no earlier thoughts: only texts and parts are read and
    /// counted.
    Preceding, "<", "desc",
    "(octet_length(n.content) + coalesce(octet_length(n.parts), 0))", sql!(
        names!(Head, "i."), ", i.content, null::text, ", texts::unparted!("i."), ", ",
        texts::typed!("i.", "item_type"), ", ", texts::typed!("i.", "parts")
    )
);

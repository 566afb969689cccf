//! Statements that find all versions of items.

use crate::postgres::item_rows::texts;
use crate::postgres::items::version_rows::{HeadRow, VersionRow, version};
use crate::postgres::row::Sql;
use crate::postgres::statement::statement;
use diesel::sql_types::{BigInt, Integer, Nullable, Uuid as SqlUuid};
use uuid::Uuid;

/// A page of versions in one direction; the current version is in the item itself. Reads no more
/// earlier versions than the page may hold.
macro_rules! versions {
    ($(#[$doc:meta])* $name:ident, $after:literal, $order:literal) => {
        statement!(
            $(#[$doc])*
            $name {
                owner_id: Uuid => SqlUuid,
                conversation_id: Uuid => SqlUuid,
                sequence: i32 => Integer,
                id: Uuid => SqlUuid,
                after: i32 => Integer,
                limit: i64 => BigInt,
                bytes: i64 => BigInt,
            } -> Sql<VersionRow>,
            concat!(
                "with item as (
                    select i.* from items i
                    join conversations c on c.owner_id = i.owner_id and c.id = i.conversation_id
                    where i.owner_id = $1 and i.conversation_id = $2 and i.sequence = $3
                        and i.id = $4
                )
                select ", version!(), "
                from (
                    select n.*, sum(", texts::size!(""), ") over (order by version ", $order, ")
                        - (", texts::size!(""), ") as bytes_before
                    from (
                        select ", version!(current "item."), "
                        from item where version ", $after, " $5
                        union all
                        select ", version!(earlier "v."), "
                        from item cross join lateral (
                            select * from item_versions o
                            where o.owner_id = $1 and o.conversation_id = $2 and o.sequence = $3
                                and o.version ", $after, " $5
                            order by o.version ", $order, " limit $6
                        ) v
                    ) n
                    order by version ", $order, " limit $6
                ) page
                where bytes_before <= $7
                order by version ", $order
            )
        );
    };
}
versions!(
    /// Oldest first.
    VersionsUp, ">", "asc"
);
versions!(
    /// Newest first.
    VersionsDown, "<", "desc"
);

statement!(
    /// The next part of an export: each item (place 0), then its earlier versions (place: their
    /// number). Bounded like a batch. Versions are found by their items: versions of a deleted item
    /// may still exist, and are skipped without being read.
    Export {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        last: i32 => Integer,
        place: i32 => Integer,
    } -> Entry {
        sequence: i32 => Integer,
        version: VersionRow => Sql<VersionRow>,
        /// With the current version.
        head: Option<HeadRow> => Nullable<Sql<HeadRow>>,
    },
    concat!("with conversation as (
        select owner_id, id from conversations where owner_id = $1 and id = $2
    )
    select sequence, ", version!(), ", id, first_at, role, author_id, call_id
    from (
        select n.*, sum(", texts::size!(""), ") over (order by sequence, place)
            - (", texts::size!(""), ") as bytes_before
        from (
            (
                select i.sequence, 0 as place, ", version!(current "i."), ",
                    i.id, i.created_at as first_at, i.role, i.author_id, i.call_id
                from items i join conversation c
                    on c.owner_id = i.owner_id and c.id = i.conversation_id
                where i.owner_id = $1 and i.conversation_id = $2
                    and i.sequence > $3 and i.sequence <= $4
                order by i.sequence limit 512
            )
            union all
            (
                select v.sequence, v.version as place, ", version!(earlier "v."), ",
                    null, null, null, null, null
                from (
                    select i.sequence from items i join conversation c
                        on c.owner_id = i.owner_id and c.id = i.conversation_id
                    where i.owner_id = $1 and i.conversation_id = $2
                        and i.sequence >= $3 and i.sequence <= $4
                    order by i.sequence limit 513
                ) n
                cross join lateral (
                    select * from item_versions o
                    where o.owner_id = $1 and o.conversation_id = $2
                        and o.sequence = n.sequence
                        and (o.sequence, o.version) > ($3, $5)
                    order by o.version limit 512
                ) v
                order by v.sequence, v.version limit 512
            )
            order by sequence, place limit 512
        ) n
    ) page
    where bytes_before < 262144
    order by sequence, place")
);

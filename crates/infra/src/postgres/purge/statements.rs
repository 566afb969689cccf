//! Statements that delete the rows of deleted data.

use crate::postgres::row::sql;
use crate::postgres::search::FORGET_ITEM;
use crate::postgres::statement::statement;
use diesel::sql_types::{BigInt, Integer, Uuid as SqlUuid};
use uuid::Uuid;

// Each of these deletes the first rows whose sizes fit into a portion, and at least one row. The
// cost of a row is the size of its text on the disk, which is known without reading it, and 1024
// bytes for the row. They return the cost of what they found: where that is less than the portion,
// no rows are left. The deleted rows are a range up to a number found before, so that no plan compares
// each row with each other one.

statement!(
    DeleteItems {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        rows: i64 => BigInt,
        bytes: i64 => BigInt,
    } -> BigInt,
    sql!("with first as (
        select sequence, cost, sum(cost) over (order by sequence) - cost as before
        from (
            select sequence, pg_column_size(content) + coalesce(pg_column_size(reasoning), 0)
            + coalesce(pg_column_size(parts), 0) + 1024 as cost from items
            where owner_id = $1 and conversation_id = $2
            order by sequence limit $3
        ) n
    ),
    gone as (
        delete from items
        where owner_id = $1 and conversation_id = $2
            and sequence <= (select max(sequence) from first where before < $4)
        returning id
    ),
    forgotten as (", FORGET_ITEM, ")
    select coalesce(sum(cost), 0)::bigint from first where before < $4")
);

statement!(
    DeleteVersions {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        rows: i64 => BigInt,
        bytes: i64 => BigInt,
    } -> BigInt,
    "with first as (
        select sequence, version, cost, sum(cost) over (order by sequence, version) - cost as before
        from (
            select sequence, version, pg_column_size(content) + coalesce(pg_column_size(reasoning), 0)
            + coalesce(pg_column_size(parts), 0) + 1024 as cost from item_versions
            where owner_id = $1 and conversation_id = $2
            order by sequence, version limit $3
        ) n
    ),
    last as (
        select sequence, version from first where before < $4
        order by sequence desc, version desc limit 1
    ),
    gone as (
        delete from item_versions
        where owner_id = $1 and conversation_id = $2
            and (sequence, version) <= ((select sequence from last), (select version from last))
    )
    select coalesce(sum(cost), 0)::bigint from first where before < $4"
);

statement!(
    DeleteVersionsOfItem {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        rows: i64 => BigInt,
        bytes: i64 => BigInt,
    } -> DeletedVersions {
        /// What the found rows cost.
        cost: i64 => BigInt,
        /// What the deleted texts counted in the conversation's size.
        bytes: i64 => BigInt,
    },
    "with first as (
        select version, cost, sum(cost) over (order by version) - cost as before
        from (
            select version, pg_column_size(content) + coalesce(pg_column_size(reasoning), 0)
            + coalesce(pg_column_size(parts), 0) + 1024 as cost from item_versions
            where owner_id = $1 and conversation_id = $2 and sequence = $3
            order by version limit $4
        ) n
    ),
    gone as (
        delete from item_versions
        where owner_id = $1 and conversation_id = $2 and sequence = $3
            and version <= (select max(version) from first where before < $5)
        returning octet_length(content) + coalesce(octet_length(reasoning), 0)
            + coalesce(octet_length(parts), 0) + 128 as bytes
    )
    select (select coalesce(sum(cost), 0)::bigint from first where before < $5),
        coalesce(sum(bytes), 0)::bigint from gone"
);

statement!(
    /// Reduces the conversation's size by a deleted message, if the message was counted.
    Shrink {
        bytes: i64 => BigInt,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
    } -> (),
    "update conversations set bytes = bytes - $1
    where owner_id = $2 and id = $3 and counted_sequence >= $4"
);

//! Statements for owners: make links, list them, end them.

use super::open::is_in_state;
use crate::postgres::row::{Sql, names, sql};
use crate::postgres::shares::rows::ShareRow;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

/// Stores a link to the object that `$target` finds, and locks that object meanwhile. If it is being
/// deleted at the same time, either the link comes first and the deletion sees it, or no link is
/// made.
macro_rules! insert {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $rust:ty => $sql:ty),* }, $target:literal,
        $values:literal, $digest:literal) => {
        statement!(
            $(#[$doc])*
            $name<'a> {
                owner_id: Uuid => SqlUuid,
                conversation_id: Uuid => SqlUuid,
                $($field: $rust => $sql,)*
                id: Uuid => SqlUuid,
                share_id: &'a str => Text,
                read_only: bool => Bool,
                live: bool => Bool,
                include_context: bool => Bool,
                created_at: DateTime<Utc> => Timestamptz,
                expires_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
                digest: &'a [u8] => Binary,
            } -> Nullable<Text>,
            sql!(
                "with target as (", $target, "),
                share as (
                    insert into shares (owner_id, conversation_id, item_sequence, item_id,
                        last_sequence, title, id, share_id, read_only, live, include_context,
                        created_at, expires_at)
                    select owner_id, conversation_id, item_sequence, item_id, last_sequence, title, ",
                        $values, "
                    from target
                    returning owner_id, conversation_id, id, title
                ),
                named as (
                    insert into share_digests (digest, owner_id, conversation_id, id)
                    select ", $digest, ", owner_id, conversation_id, id from share
                )
                select title from share"
            )
        );
    };
}

insert!(
    /// A link to a conversation as it is now.
    Insert {},
    "select c.owner_id, c.id as conversation_id, null::integer as item_sequence,
        null::uuid as item_id, c.last_sequence, c.title
    from conversations c where c.owner_id = $1 and c.id = $2
        and not exists (select from removed_owners where owner_id = $1)
    for share of c",
    "$3, $4, $5, $6, $7, $8, $9",
    "$10"
);
insert!(
    /// A link to a message of a user or an assistant.
    InsertForItem { sequence: i32 => Integer, item_id: Uuid => SqlUuid },
    "select c.owner_id, c.id as conversation_id, i.sequence as item_sequence, i.id as item_id,
        i.sequence as last_sequence, c.title
    from conversations c
    join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
    where c.owner_id = $1 and c.id = $2 and i.sequence = $3 and i.id = $4 and i.role in (2, 3)
        and (i.parts_version is distinct from i.version or i.item_type is null)
        and not exists (select from removed_owners where owner_id = $1)
    for share of c, i",
    "$5, $6, $7, $8, $9, $10, $11",
    "$12"
);

/// A page of links in one direction. Their conversations are looked up one by one, not joined, so
/// that links are found in order, and no more of them than the page needs. Those of one state may be
/// few among many, so they are found in an index that has all it takes, and only then read.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident { $($conversation_id:ident)? }, $those:literal, $after:literal,
        $order:literal, $id:literal, $state:expr, $limit:literal) => {
        statement!(
            $(#[$doc])*
            $name<'a> {
                owner_id: Uuid => SqlUuid,
                $($conversation_id: Uuid => SqlUuid,)?
                after: Uuid => SqlUuid,
                ended_since: DateTime<Utc> => Timestamptz,
                state: &'a str => Text,
                now: DateTime<Utc> => Timestamptz,
                limit: i64 => BigInt,
            } -> Sql<ShareRow>,
            sql!(
                "select ", names!(ShareRow, "l."), "
                from (
                    select s.conversation_id, s.id from shares s
                    where s.owner_id = $1 ", $those, " and s.id ", $after, " ", $id, " and ", $state, "
                        and (select true from conversations c
                            where c.owner_id = $1 and c.id = s.conversation_id)
                    order by s.id ", $order, " limit ", $limit, "
                ) found
                join shares l on l.owner_id = $1 and l.conversation_id = found.conversation_id
                    and l.id = found.id
                order by l.id ", $order
            )
        );
    };
}
page!(
    /// The links of an owner, oldest first.
    Oldest {}, "", ">", "asc",
    "$2", is_in_state!("$3", "$4", "$5"),
    "$6"
);
page!(
    /// The links of an owner, newest first.
    Newest {}, "", "<", "desc",
    "$2", is_in_state!("$3", "$4", "$5"),
    "$6"
);
page!(
    /// The links of a conversation, oldest first.
    ConversationOldest { conversation_id }, "and s.conversation_id = $2", ">", "asc",
    "$3", is_in_state!("$4", "$5", "$6"),
    "$7"
);
page!(
    /// The links of a conversation, newest first.
    ConversationNewest { conversation_id }, "and s.conversation_id = $2", "<", "desc",
    "$3", is_in_state!("$4", "$5", "$6"),
    "$7"
);

statement!(
    /// Ends a link that its owner has not revoked yet.
    Revoke<'a> {
        now: DateTime<Utc> => Timestamptz,
        digest: &'a [u8] => Binary,
        owner_id: Uuid => SqlUuid,
        conversation_id: Option<Uuid> => Nullable<SqlUuid>,
    } -> (),
    "update shares s set revoked_at = $1
    from share_digests d, conversations c
    where d.digest = $2 and d.owner_id = $3
        and d.conversation_id = coalesce($4, d.conversation_id)
        and s.owner_id = d.owner_id and s.conversation_id = d.conversation_id and s.id = d.id
        and s.revoked_at is null
        and c.owner_id = d.owner_id and c.id = d.conversation_id"
);

statement!(
    /// Ends the first links to a deleted message. The changed rows are a range, so that no plan
    /// compares each row with each other one.
    RevokeOfItem {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        most: i64 => BigInt,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    "with few as (
        select id from shares
        where owner_id = $1 and conversation_id = $2 and item_sequence = $3 and revoked_at is null
        order by id limit $4
    )
    update shares set revoked_at = $5
    where owner_id = $1 and conversation_id = $2 and item_sequence = $3 and revoked_at is null
        and id <= (select id from few order by id desc limit 1)"
);

statement!(
    /// Adds to the views of many links, locked in the order of their keys so that two instances
    /// cannot deadlock.
    AddViews<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        ids: &'a [Uuid] => Array<SqlUuid>,
        counts: &'a [i64] => Array<BigInt>,
    } -> (),
    "with viewed as (
        select * from unnest($1, $2, $3, $4) as v(owner_id, conversation_id, id, views)
    ),
    locked as (
        select s.owner_id, s.conversation_id, s.id, v.views
        from shares s join viewed v using (owner_id, conversation_id, id)
        order by s.owner_id, s.conversation_id, s.id for no key update of s
    )
    update shares s set view_count = s.view_count + l.views
    from locked l
    where s.owner_id = l.owner_id and s.conversation_id = l.conversation_id and s.id = l.id"
);

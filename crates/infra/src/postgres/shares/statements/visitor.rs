//! Statements for visitors: they find a link by the digest of its name.

use super::open::is_open;
use crate::postgres::item_rows::rows::{ADD_ITEMS, MAX_ITEMS};
use crate::postgres::item_rows::texts;
use crate::postgres::row::{Sql, names, sql};
use crate::postgres::shares::rows::{Joined, LinkRow};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// Whether a link `s` shows a message of `m`: those of users and assistants, up to the place where
/// the link was made. A link to a message shows earlier messages only where the context is
/// included. Items of other types, and messages without a text, are not shown. The link's owner is
/// `s.owner_id`, or a parameter.
macro_rules! shown {
    ($owner:literal) => {
        concat!(
            "m.owner_id = ",
            $owner,
            " and m.conversation_id = s.conversation_id
            and m.role in (2, 3)
            and (m.parts_version is distinct from m.version
                or m.item_type is null and (m.shown is not null or m.content <> ' '))
            and m.sequence >= case when s.include_context then 1
                else coalesce(s.item_sequence, 1) end
            and m.sequence <= case when s.live then 2147483647 else s.last_sequence end"
        )
    };
}
pub(super) use shown;

/// The text of a message of `m` as visitors see it: with the addresses of pictures.
macro_rules! text {
    () => {
        "coalesce(case m.parts_version when m.version then m.shown end, m.content)"
    };
}
pub(super) use text;

/// Whether the message of a link `s` exists; always true for a link to a conversation.
macro_rules! has_its_message {
    ($owner:literal) => {
        concat!(
            "(s.item_sequence is null or exists (
            select from items m where m.owner_id = ",
            $owner,
            "
                and m.conversation_id = s.conversation_id and m.sequence = s.item_sequence
        ))"
        )
    };
}
pub(super) use has_its_message;

/// Whether all of these owners still exist: the owner of the link, and the user of the link.
macro_rules! owners_exist {
    ($owners:literal) => {
        sql!(
            "not exists (select from removed_owners r where r.owner_id in (",
            $owners,
            "))"
        )
    };
}
pub(super) use owners_exist;

/// The page `i` of the messages of a link `s`: from `$2` on, at the time `$3`, at most `$4` messages and `$5` bytes.
macro_rules! page_of_link {
    ($owner:literal, $from:literal, $order:literal) => {
        sql!(
            "left join lateral (
                    select n.*, sum(octet_length(n.content)) over (order by n.sequence ",
            $order,
            ")
                        - octet_length(n.content) as bytes_before,
                        row_number() over (order by n.sequence ",
            $order,
            ") as ordinal
                    from (
                        select m.id, m.role, ",
            text!(),
            " as content, m.created_at, m.sequence,
                            ",
            texts::unparted!("m."),
            " as unparted
                        from items m
                        where ",
            shown!($owner),
            "
                            and m.sequence ",
            $from,
            " $2
                            and c.id is not null and ",
            is_open!("$3"),
            "
                        order by m.sequence ",
            $order,
            " limit $4
                    ) n
                ) i on i.bytes_before <= $5 or i.ordinal = 2"
        )
    };
}
pub(super) use page_of_link;

/// A link and a page of its messages, in one direction. The first message may have more bytes than a
/// page, and the second shows whether more follow. Always returns at least one row and reads
/// the same tables for any digest.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $from:literal, $order:literal) => {
        statement!(
            $(#[$doc])*
            $name<'a> {
                digest: &'a [u8] => Binary,
                from: i32 => Integer,
                now: DateTime<Utc> => Timestamptz,
                limit: i64 => BigInt,
                bytes: i64 => BigInt,
            } -> Sql<Joined>,
            sql!(
                "select t.ended_at, ", names!(LinkRow, "s."), ",
                    c.id is not null and ", owners_exist!("s.owner_id"), "
                        and ", has_its_message!("s.owner_id"), ",
                    i.id, i.role, i.content, i.created_at, i.unparted
                from (select $1 as digest) asked
                left join share_tombstones t on t.digest = asked.digest
                left join share_digests d on d.digest = asked.digest
                left join shares s on s.owner_id = d.owner_id
                    and s.conversation_id = d.conversation_id and s.id = d.id
                left join conversations c on c.owner_id = s.owner_id and c.id = s.conversation_id
                ", page_of_link!("s.owner_id", $from, $order), "
                order by i.sequence ", $order
            )
        );
    };
}
view!(
    /// From the beginning, or after a message.
    ViewUp, ">", "asc"
);
view!(
    /// The messages before a given one, newest first.
    ViewDown, "<", "desc"
);

statement!(
    /// How many messages a link shows before a place, and in all. Does not ask whether the link is open: it is
    /// counted only after a view, which has asked.
    CountShown<'a> {
        before: i32 => Integer,
        digest: &'a [u8] => Binary,
    } -> ShownCount {
        before: i64 => BigInt,
        total: i64 => BigInt,
    },
    sql!(
        "select count(*) filter (where m.sequence < $1), count(*)
        from (select $2 as digest) asked
        join share_digests d on d.digest = asked.digest
        join shares s on s.owner_id = d.owner_id
            and s.conversation_id = d.conversation_id and s.id = d.id
        join items m on ", shown!("s.owner_id")
    )
);

statement!(
    /// Stores a message that comes through a link. Locks the conversation's row first, as any
    /// append does, so messages through one link form a queue; then locks the link's row, so that a
    /// revocation in the meantime is seen. All code that locks both uses this order, and a
    /// revocation locks only the link. When the link has let in as many messages as it may, a
    /// constraint rolls back the whole statement, including the conversation's count. No row: the
    /// link lets in no message; no number: the conversation is full.
    Append<'a> {
        digest: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
        author_id: Uuid => SqlUuid,
        title: Option<&'a str> => Nullable<Text>,
        seed: &'a [u8] => Binary,
        content: &'a str => Text,
    } -> AppendedRow {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: Option<i32> => Nullable<Integer>,
    },
    sql!("with link as (
        select s.owner_id, s.conversation_id, s.id from share_digests d
        join shares s on s.owner_id = d.owner_id and s.conversation_id = d.conversation_id
            and s.id = d.id
        join conversations c on c.owner_id = s.owner_id and c.id = s.conversation_id
        where d.digest = $1 and not s.read_only and ", is_open!("$2"), "
            and ", owners_exist!("s.owner_id, $3"), "
        for no key update of c, s
    ),
    appended as (
        update conversations c set
            item_count = c.item_count + 1,
            last_sequence = c.last_sequence + 1,
            updated_at = greatest(c.updated_at, $2),
            title_source = case when c.title is null and $4 is not null then 2
                else c.title_source end,
            title = coalesce(c.title, $4)
        from link l
        where c.owner_id = l.owner_id and c.id = l.conversation_id and c.item_count < ", MAX_ITEMS, "
        returning c.owner_id, c.id, c.last_sequence, l.id as share
    ),
    counted as (
        update shares s set added_count = s.added_count + 1 from appended p
        where s.owner_id = p.owner_id and s.conversation_id = p.id and s.id = p.share
    ),
    stored as (
        ", ADD_ITEMS, ", author_id, content)
        select owner_id, id, encode($5 || int4send(last_sequence), 'hex')::uuid, $2, $2,
            last_sequence, 2, $3, $6
        from appended
        returning sequence
    )
    select link.owner_id, link.conversation_id, stored.sequence
    from link left join stored on true")
);

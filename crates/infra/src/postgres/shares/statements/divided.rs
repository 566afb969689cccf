//! Statements on links where Citus keeps them in parts: they know the owner, whom a statement on the coordinator has
//! found by the digest.

use super::open::is_open;
use super::visitor::{ShownCount, has_its_message, owners_exist, page_of_link, shown, text};
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::item_rows::rows::ADD_ITEMS;
use crate::postgres::item_rows::texts;
use crate::postgres::row::{Sql, names, sql};
use crate::postgres::shares::rows::{Joined, LinkRow};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// The key of a link, and the time of a tombstone. Always returns one row.
    FindKey<'a> { digest: &'a [u8] => Binary } -> KeyRow {
        owner_id: Option<Uuid> => Nullable<SqlUuid>,
        conversation_id: Option<Uuid> => Nullable<SqlUuid>,
        id: Option<Uuid> => Nullable<SqlUuid>,
        tombstone: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    },
    "select d.owner_id, d.conversation_id, d.id, t.ended_at
    from (select $1 as digest) asked
    left join share_tombstones t on t.digest = asked.digest
    left join share_digests d on d.digest = asked.digest"
);

/// A link and a page of its messages, in one direction.
macro_rules! view {
    ($name:ident, $from:literal, $order:literal) => {
        statement!(
            $name {
                owner_id: Uuid => SqlUuid,
                from: i32 => Integer,
                now: DateTime<Utc> => Timestamptz,
                limit: i64 => BigInt,
                bytes: i64 => BigInt,
                conversation_id: Uuid => SqlUuid,
                id: Uuid => SqlUuid,
            } -> Sql<Joined>,
            sql!(
                "select null::timestamptz, ", names!(LinkRow, "s."), ",
                    c.id is not null and ", owners_exist!("$1"), "
                        and ", has_its_message!("$1"), ",
                    i.id, i.role, i.content, i.created_at, i.unparted
                from shares s
                left join conversations c on c.owner_id = $1 and c.id = s.conversation_id
                ", page_of_link!("$1", $from, $order), "
                where s.owner_id = $1 and s.conversation_id = $6 and s.id = $7
                order by i.sequence ", $order
            )
        );
    };
}
view!(ViewUpOf, ">", "asc");
view!(ViewDownOf, "<", "desc");

statement!(
    CountShownOf {
        before: i32 => Integer,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> Sql<ShownCount>,
    sql!(
        "select count(*) filter (where m.sequence < $1), count(*)
        from shares s join items m on ", shown!("$2"), "
        where s.owner_id = $2 and s.conversation_id = $3 and s.id = $4"
    )
);

statement!(
    /// Locks the conversation and the link for a message that comes through it, if it lets in messages.
    LockToAppend {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        author_id: Uuid => SqlUuid,
    } -> Bool,
    sql!("select true from shares s
        join conversations c on c.owner_id = $1 and c.id = s.conversation_id
        where s.owner_id = $1 and s.conversation_id = $2 and s.id = $3
            and not s.read_only and ", is_open!("$4"), "
            and ", owners_exist!("$1, $5"), "
        for no key update of c, s")
);

statement!(
    CountAddition {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    "update shares set added_count = added_count + 1
    where owner_id = $1 and conversation_id = $2 and id = $3"
);

statement!(
    /// Locks the conversation while a link to it is made.
    LockToShare { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid }
        -> (Integer, Nullable<Text>),
    "select c.last_sequence, c.title from conversations c
    where c.owner_id = $1 and c.id = $2
        and not exists (select from removed_owners where owner_id = $1)
    for share of c"
);

statement!(
    /// Locks the message while a link to it is made.
    LockItemToShare {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        item_id: Uuid => SqlUuid,
    } -> Integer,
    "select i.sequence from items i
    where i.owner_id = $1 and i.conversation_id = $2 and i.sequence = $3 and i.id = $4
        and i.role in (2, 3) and (i.parts_version is distinct from i.version or i.item_type is null)
    for share of i"
);

statement!(
    InsertValues<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        item_sequence: Option<i32> => Nullable<Integer>,
        item_id: Option<Uuid> => Nullable<SqlUuid>,
        last_sequence: i32 => Integer,
        title: Option<&'a str> => Nullable<Text>,
        id: Uuid => SqlUuid,
        share_id: &'a str => Text,
        read_only: bool => Bool,
        live: bool => Bool,
        include_context: bool => Bool,
        created_at: DateTime<Utc> => Timestamptz,
        expires_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> (),
    "insert into shares (owner_id, conversation_id, item_sequence, item_id, last_sequence, title, id,
        share_id, read_only, live, include_context, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
);

statement!(
    Name<'a> {
        digest: &'a [u8] => Binary,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    "insert into share_digests (digest, owner_id, conversation_id, id) values ($1, $2, $3, $4)"
);

statement!(
    RevokeOf {
        now: DateTime<Utc> => Timestamptz,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    "update shares s set revoked_at = $1 from conversations c
    where s.owner_id = $2 and s.conversation_id = $3 and s.id = $4 and s.revoked_at is null
        and c.owner_id = $2 and c.id = $3"
);

statement!(
    AddViewsOf {
        views: i64 => BigInt,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    "update shares set view_count = view_count + $1
    where owner_id = $2 and conversation_id = $3 and id = $4"
);

statement!(
    /// The title of a link whose messages may be copied now; keeps the messages as they are.
    LockToCopy {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        copier: Uuid => SqlUuid,
    } -> Nullable<Text>,
    sql!("select s.title from shares s
        join conversations c on c.owner_id = $1 and c.id = s.conversation_id
        where s.owner_id = $1 and s.conversation_id = $2 and s.id = $3 and ", is_open!("$4"), "
            and ", owners_exist!("$1, $5"), " and ", has_its_message!("$1"), "
        for share of c")
);

statement!(
    /// The bytes of the messages that would be copied.
    MeasureOf {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> BigInt,
    sql!("select coalesce(sum(octet_length(", text!(), ") + 128), 0)::bigint
        from shares s join items m on ", shown!("$1"), "
        where s.owner_id = $1 and s.conversation_id = $2 and s.id = $3")
);

statement!(
    CopyItems<'a> {
        copier: Uuid => SqlUuid,
        copy: Uuid => SqlUuid,
        seed: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    sql!(ADD_ITEMS, ", content, reasoning_version)
        select $1, $2, encode($3 || int4send(n.sequence), 'hex')::uuid, n.created_at, $4,
            n.sequence, n.role, n.content, n.reasoning_version
        from (
            select (row_number() over (order by m.sequence))::int as sequence, m.created_at,
                m.role, ", text!(), " as content,
                case when ", texts::unparted!("m."), " then 0 end as reasoning_version
            from shares s join items m on ", shown!("$5"), "
            where s.owner_id = $5 and s.conversation_id = $6 and s.id = $7
        ) n")
);

statement!(
    InsertCopy<'a> {
        copier: Uuid => SqlUuid,
        copy: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        count: i32 => Integer,
        bytes: i64 => BigInt,
        title: Option<&'a str> => Nullable<Text>,
    } -> Sql<ConversationRow>,
    sql!("insert into conversations (owner_id, id, created_at, updated_at, item_count,
            last_sequence, counted_sequence, bytes, title_source, title)
        values ($1, $2, $3, $3, $4, $4, $4, $5, case when $6 is null then 0 else 1 end, $6)
        returning ", names!(ConversationRow, ""))
);

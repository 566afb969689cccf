//! Statements that copy the messages of a link.

use super::open::is_open;
use super::visitor::{has_its_message, owners_exist, shown, text};
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::item_rows::rows::ADD_ITEMS;
use crate::postgres::item_rows::texts;
use crate::postgres::row::{Sql, names, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Binary, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// The link of a digest `$1`, if it has not ended by `$2` and `$3` may copy its messages.
macro_rules! link_to_copy {
    () => {
        sql!(
            "link as (
                select s.* from share_digests d
                join shares s on s.owner_id = d.owner_id
                    and s.conversation_id = d.conversation_id and s.id = d.id
                join conversations c on c.owner_id = s.owner_id and c.id = s.conversation_id
                where d.digest = $1 and ",
            is_open!("$2"),
            "
                    and ",
            owners_exist!("s.owner_id, $3"),
            " and ",
            has_its_message!("s.owner_id"),
            ")"
        )
    };
}

statement!(
    /// The size of a copy in bytes, as it counts for an owner's storage: the length of a text is
    /// known without reading it. No row: the link does not exist.
    MeasureFork<'a> {
        digest: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
        owner_id: Uuid => SqlUuid,
    } -> BigInt,
    sql!(
        "with ", link_to_copy!(), "
        select (coalesce(sum(octet_length(", text!(), ") + 128), 0) + 128
            + coalesce(octet_length(s.title), 0))::bigint
        from link s left join items m on ", shown!("s.owner_id"), "
        group by s.id, s.title"
    )
);

statement!(
    /// Copies the messages of a link into another owner's conversation: their texts and times, with
    /// new numbers. Copies nothing about the owner, and no thoughts of a model.
    Fork<'a> {
        digest: &'a [u8] => Binary,
        now: DateTime<Utc> => Timestamptz,
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        seed: &'a [u8] => Binary,
    } -> Sql<ConversationRow>,
    sql!(
        "with ", link_to_copy!(), ",
        stored as (
            ", ADD_ITEMS, ", content, reasoning_version)
            select $3, $4, encode($5 || int4send(n.sequence), 'hex')::uuid, n.created_at, $2,
                n.sequence, n.role, n.content, n.reasoning_version
            from (
                select (row_number() over (order by m.sequence))::int as sequence, m.created_at,
                    m.role, ", text!(), " as content,
                    case when ", texts::unparted!("m."), " then 0 end as reasoning_version
                from link s join items m on ", shown!("s.owner_id"), "
            ) n
            returning octet_length(content) + 128 as bytes
        )
        insert into conversations (owner_id, id, created_at, updated_at, item_count,
            last_sequence, counted_sequence, bytes, title_source, title)
        select $3, $4, $2, $2, copied.count, copied.count, copied.count, copied.bytes,
            case when title is null then 0 else 1 end, title
        from link, (
            select count(*)::int as count, coalesce(sum(bytes), 0) as bytes from stored
        ) copied
        returning ", names!(ConversationRow, "")
    )
);

//! Statements that change the text of an item, or delete it.

use crate::postgres::item_rows::rows::{self, ItemRow};
use crate::postgres::item_rows::texts;
use crate::postgres::jobs::ADD_JOBS;
use crate::postgres::responses::ERASE_ITEM;
use crate::postgres::row::{Sql, sql};
use crate::postgres::search::{FORGET_ITEM, FORGET_WORDS_OF_ITEM};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// Keeps the current text as an earlier version and puts another in its place. The caller must
    /// have locked the conversation's row: an update that waited for the lock itself would still
    /// see the text from before the wait.
    Revise<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
        content: &'a str => Text,
        reasoning: Option<&'a str> => Nullable<Text>,
        parts: Option<&'a str> => Nullable<Text>,
        model: Option<&'a str> => Nullable<Text>,
        item_type: Option<&'a str> => Nullable<Text>,
        shown: Option<&'a str> => Nullable<Text>,
    } -> Sql<ItemRow>,
    sql!(
        "with kept as (
            insert into item_versions (owner_id, conversation_id, created_at, sequence, version,
                model, content, reasoning_version, reasoning, parts_version, item_type, parts)
            select owner_id, conversation_id, updated_at, sequence, version, model, content,
                case when reasoning_version in (0, version) then reasoning_version end,
                case when reasoning_version = version then reasoning end,
                case when parts_version = version then version end,
                ", texts::typed!("", "item_type"), ", ", texts::typed!("", "parts"), "
            from items where owner_id = $1 and conversation_id = $2 and sequence = $3
        ),
        moved as (
            update conversations set updated_at = greatest(updated_at, $4),
                revisions = revisions + 1,
                bytes = bytes + case when counted_sequence < $3 then 0
                    else octet_length($5) + coalesce(octet_length($6), 0)
                        + coalesce(octet_length($7), 0) + 128 end
            where owner_id = $1 and id = $2
        )
        update items i set content = $5, reasoning = $6, parts = $7, model = $8, item_type = $9,
            shown = $10, version = version + 1,
            parts_version = case when $7 is not null then version + 1 end,
            reasoning_version = case when coalesce($6, $8) is not null then version + 1 end,
            updated_at = greatest(updated_at, $4)
        where owner_id = $1 and conversation_id = $2 and sequence = $3
        returning ", rows::columns!("i.")
    )
);

statement!(
    /// Leaves a job for the versions of a deleted message. Versions without their item are never
    /// read.
    LeaveVersions {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    sql!(ADD_JOBS, "
    values ($1, 7, $2, $3, $4, $4)
    on conflict do nothing")
);

statement!(
    /// Deletes the message from its conversation and from the response that it belongs to, if there is one. The
    /// caller must have locked the conversation's row.
    Delete {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        id: Uuid => SqlUuid,
        first_response: Uuid => SqlUuid,
        last_response: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    sql!("with gone as (
        delete from items
        where owner_id = $1 and conversation_id = $2 and sequence = $3 and id = $4
        returning id, ", texts::size!(""), " + 128 as bytes
    ),
    forgotten as (", FORGET_ITEM, "),
    unknown as (", FORGET_WORDS_OF_ITEM, "),
    erased as (", ERASE_ITEM, ")
    update conversations c set item_count = c.item_count - 1,
        updated_at = greatest(c.updated_at, $7),
        bytes = c.bytes - case when c.counted_sequence < $3 then 0 else gone.bytes end
    from gone where c.owner_id = $1 and c.id = $2")
);

use crate::postgres::item_rows::rows::{self, ItemRow, MAX_ITEMS};
use crate::postgres::row::{Sql, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// No row: the conversation does not exist. No role: it has no such item.
    Around {
        sequence: i32 => Integer,
        id: Uuid => SqlUuid,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> PromptRow {
        role: Option<i16> => Nullable<SmallInt>,
        is_message: bool => Bool,
        next_id: Option<Uuid> => Nullable<SqlUuid>,
        next_role: Option<i16> => Nullable<SmallInt>,
        next_is_message: bool => Bool,
        /// The instruction of the project.
        instruction: Option<String> => Nullable<Text>,
        is_full: bool => Bool,
    },
    sql!("select i.role, i.parts_version is distinct from i.version or i.item_type is null,
        n.id, n.role, n.parts_version is distinct from n.version or n.item_type is null,
        p.instruction, c.item_count >= ", MAX_ITEMS, "
    from conversations c
    left join items i on i.owner_id = $3 and i.conversation_id = c.id
        and i.sequence = $1 and i.id = $2
    left join lateral (
        select id, role, version, parts_version, item_type from items
        where owner_id = $3 and conversation_id = c.id and sequence > i.sequence
        order by sequence limit 1
    ) n on true
    left join projects p on p.owner_id = $3 and p.id = c.project_id
    where c.owner_id = $3 and c.id = $4")
);

statement!(
    /// The last item with this role before a place.
    LastOfRole {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        before: i32 => Integer,
        role: i16 => SmallInt,
    } -> Sql<ItemRow>,
    sql!(
        "select ", rows::columns!("i."), "
        from items i join conversations c on c.owner_id = i.owner_id and c.id = i.conversation_id
        where i.owner_id = $1 and i.conversation_id = $2 and i.sequence < $3 and i.role = $4
        order by i.sequence desc limit 1"
    )
);

statement!(
    /// Adds a model's reply as the next item. No row: the conversation is full. The caller must
    /// have locked the conversation's row, and must have read the last item since.
    AppendReply<'a> {
        now: DateTime<Utc> => Timestamptz,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        seed: &'a [u8] => Binary,
        role: i16 => SmallInt,
        model: Option<&'a str> => Nullable<Text>,
        content: &'a str => Text,
        reasoning: Option<&'a str> => Nullable<Text>,
        item_type: Option<&'a str> => Nullable<Text>,
        parts: Option<&'a str> => Nullable<Text>,
        shown: Option<&'a str> => Nullable<Text>,
    } -> Sql<ItemRow>,
    sql!(
        "with counted as (
            update conversations set
                item_count = item_count + 1,
                last_sequence = last_sequence + 1,
                updated_at = greatest(updated_at, $1)
            where owner_id = $2 and id = $3 and item_count < ", MAX_ITEMS, "
            returning owner_id, id, last_sequence
        )
        insert into items as i (owner_id, conversation_id, id, created_at, updated_at, sequence,
            role, model, content, reasoning, reasoning_version, item_type, parts, shown,
            parts_version)
        select owner_id, id, encode($4 || int4send(last_sequence), 'hex')::uuid, $1, $1,
            last_sequence, $5, $6, $7, $8, 1, $9, $10, $11, case when $10 is not null then 1 end
        from counted
        returning ", rows::columns!("i.")
    )
);

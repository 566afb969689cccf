//! The texts of candidates.

use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// The texts of candidates, in their order, and whether each is too much for one answer. Those that
    /// no longer exist are left out.
    Texts<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        sequences: &'a [i32] => Array<Integer>,
    } -> TextRow {
        id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        title: Option<String> => Nullable<Text>,
        role: Option<i16> => Nullable<SmallInt>,
        created_at: DateTime<Utc> => Timestamptz,
        content: Option<String> => Nullable<Text>,
        is_late: bool => Bool,
    },
    "select id, conversation_id, title, role, created_at,
        case when not is_late then content end, is_late
    from (
        select w.id, c.id as conversation_id, c.title, i.role, i.content, w.place,
            coalesce(i.created_at, c.created_at) as created_at,
            coalesce(sum(octet_length(i.content)) over (order by w.place)
                - octet_length(i.content), 0) > 1048576 as is_late
        from (select $1::uuid as owner_id) o
        cross join unnest($2, $3, $4) with ordinality w(id, conversation_id, sequence, place)
        join conversations c on c.owner_id = $1 and c.id = w.conversation_id
        left join items i on i.owner_id = $1 and i.conversation_id = w.conversation_id
            and i.sequence = w.sequence and i.id = w.id
        where i.id is not null or w.id = w.conversation_id and c.title is not null
    ) found order by place"
);

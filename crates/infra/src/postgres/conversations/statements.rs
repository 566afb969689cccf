use super::rows;
use crate::postgres::items::rows as item_rows;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// Stores a conversation, unless its owner has been removed.
    Insert<'a> {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        project_id: Option<Uuid> => Nullable<SqlUuid>,
        now: DateTime<Utc> => Timestamptz,
        title_source: i16 => SmallInt,
        title: Option<&'a str> => Nullable<Text>,
        metadata: &'a serde_json::Value => Jsonb,
        archived: bool => Bool,
        pinned: bool => Bool,
    } -> (),
    "insert into conversations (owner_id, id, project_id, created_at, updated_at, title_source,
        title, metadata, archived, pinned)
    select $1, $2, $3, $4, $4, $5, $6, $7, $8, $9
    where not exists (select from removed_owners where owner_id = $1)"
);

statement!(
    /// Stores a conversation and its first items, unless its owner has been removed, and queues it
    /// for a better title if one of the items names it.
    InsertWithItems<'a> {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        project_id: Option<Uuid> => Nullable<SqlUuid>,
        now: DateTime<Utc> => Timestamptz,
        item_count: i32 => Integer,
        bytes: i64 => BigInt,
        title_source: i16 => SmallInt,
        title: Option<&'a str> => Nullable<Text>,
        metadata: &'a serde_json::Value => Jsonb,
        archived: bool => Bool,
        pinned: bool => Bool,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        item_ids: &'a [Uuid] => Array<SqlUuid>,
        sequences: &'a [i32] => Array<Integer>,
        roles: &'a [i16] => Array<SmallInt>,
        call_ids: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        contents: &'a [&'a str] => Array<Text>,
    } -> Integer,
    "with conversation as (
        insert into conversations (owner_id, id, project_id, created_at, updated_at, item_count,
            last_sequence, counted_sequence, bytes, title_source, title, metadata,
            archived, pinned)
        select $1, $2, $3, $4, $4, $5, $5, $5, $6, $7, $8, $9, $10, $11
        where not exists (select from removed_owners where owner_id = $1)
        returning owner_id, id, title_source
    ),
    queued as (
        insert into jobs (owner_id, kind, key, conversation_id, created_at, due_at)
        select owner_id, 2, id, id, $4, $12 from conversation
        where title_source = 2 and $12 is not null
    )
    insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
        call_id, content)
    select c.owner_id, c.id, i.id, $4, $4, i.sequence, i.role, i.call_id, i.content
    from conversation c, unnest($13, $14, $15, $16, $17)
        as i(id, sequence, role, call_id, content)"
);

statement!(
    /// A row for the conversation, and one for each of its first items: at most 128. An item with
    /// more than 8 KiB of text is a row of nulls, so the result has at most a mebibyte. PostgreSQL
    /// takes half as long for this as for a sum of the sizes. One statement sees one moment, so the
    /// items agree with the count. What is left of a deleted conversation comes without its row.
    FindWithItems {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (Nullable<rows::Sql>, Nullable<Integer>, Nullable<item_rows::Sql>),
    concat!(
        "select c.id, c.project_id, c.title, c.metadata, c.item_count, c.created_at, c.updated_at,
            c.archived, c.pinned, c.last_sequence,
            null, null, null, null, null, null, null, null, null, null, null
        from conversations c where c.owner_id = $1 and c.id = $2
        union all (
            select null, null, null, null, null, null, null, null, null, null, ",
        item_rows::columns!(
            concat!("case when ", item_rows::size!("i."), " <= 8192 then i.content end"),
            concat!(
                "case when ", item_rows::size!("i."), " <= 8192 then ",
                item_rows::reasoning!("i"), " end"
            )
        ), "
            from items i where i.owner_id = $1 and i.conversation_id = $2
            order by i.sequence limit 128
        )"
    )
);

statement!(
    /// Deletes the rows and leaves a job for each conversation's data. Goes in the order of ids, so
    /// that two requests for the same conversations cannot deadlock.
    Delete<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        now: DateTime<Utc> => Timestamptz,
    } -> SqlUuid,
    "with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id = any($2)
        order by id for update
    ),
    gone as (
        delete from conversations c using locked l
        where c.owner_id = l.owner_id and c.id = l.id
        returning c.owner_id, c.id
    ),
    unqueued as (
        delete from jobs j using gone g
        where j.owner_id = g.owner_id and j.kind = 2 and j.key = g.id
    ),
    left_by_earlier_versions as (
        delete from title_queue q using gone g
        where q.owner_id = g.owner_id and q.conversation_id = g.id
    )
    insert into jobs as j (owner_id, kind, key, conversation_id, created_at, due_at)
    select owner_id, 8, id, id, $3, $3 from gone
    returning j.conversation_id"
);

statement!(
    /// Deletes a range in the same way. The last id that is gone, and how many are.
    DeleteRange {
        owner_id: Uuid => SqlUuid,
        after: Uuid => SqlUuid,
        last: Uuid => SqlUuid,
        most: i64 => BigInt,
        now: DateTime<Utc> => Timestamptz,
    } -> (Nullable<SqlUuid>, BigInt),
    "with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id > $2 and id <= $3
        order by id limit $4 for update
    ),
    gone as (
        delete from conversations c using locked l
        where c.owner_id = l.owner_id and c.id = l.id
        returning c.owner_id, c.id
    ),
    unqueued as (
        delete from jobs j using gone g
        where j.owner_id = g.owner_id and j.kind = 2 and j.key = g.id
    ),
    left_by_earlier_versions as (
        delete from title_queue q using gone g
        where q.owner_id = g.owner_id and q.conversation_id = g.id
    ),
    queued as (
        insert into jobs (owner_id, kind, key, conversation_id, created_at, due_at)
        select owner_id, 8, id, id, $5, $5 from gone
    )
    select (select id from gone order by id desc limit 1), (select count(*) from gone)"
);

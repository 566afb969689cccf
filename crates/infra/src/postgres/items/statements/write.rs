//! Statements that add items.

use crate::postgres::item_rows::rows::{ADD_ITEMS, MAX_ITEMS};
use crate::postgres::jobs::{ADD_JOBS, TITLE_JOB};
use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// The hot path. The update takes the conversation's row lock and with it the next number, so
    /// appends to one conversation form a queue and the limit of 10,000 is exact. A call id that is
    /// taken rolls back the whole statement. The id ends in the number, as `ItemId::at` says. A
    /// conversation that is named by the message is queued for a better title; so may be one that
    /// gets the same title again. The columns after the title do not change: PostgreSQL leaves
    /// those out of its log.
    Append<'a> {
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        seed: &'a [u8] => Binary,
        role: i16 => SmallInt,
        author_id: Option<Uuid> => Nullable<SqlUuid>,
        call_id: Option<&'a str> => Nullable<Text>,
        content: &'a str => Text,
        item_type: Option<&'a str> => Nullable<Text>,
        parts: Option<&'a str> => Nullable<Text>,
        shown: Option<&'a str> => Nullable<Text>,
        reasoning: Option<&'a str> => Nullable<Text>,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> Integer,
    sql!("with counted as (
        update conversations set
            item_count = item_count + 1,
            last_sequence = last_sequence + 1,
            updated_at = greatest(updated_at, $1),
            title_source = case when title is null and $2 is not null then 2 else title_source end,
            title = coalesce(title, $2)
        where owner_id = $3 and id = $4 and item_count < ", MAX_ITEMS, "
        returning owner_id, id, last_sequence, title_source = 2 and title = $2 as named
    ),
    stored as (
        ", ADD_ITEMS, ", author_id, call_id, content, item_type, parts, shown,
            reasoning, parts_version, reasoning_version)
        select owner_id, id, encode($5 || int4send(last_sequence), 'hex')::uuid, $1, $1,
            last_sequence, $6, $7, $8, $9, $10, $11, $12, $13,
            case when $11 is not null then 1 end, case when $13 is not null then 1 end
        from counted
        returning sequence
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, ", TITLE_JOB, ", id, id, $1, $14 from counted
        where named and $14 is not null
        on conflict do nothing
    )
    select sequence from stored")
);

statement!(
    /// Several messages of one request, in the order of the arrays, all or none. Like the append of
    /// one message: the row's lock gives the numbers, and a call id that is taken rolls back the
    /// whole statement. Returns the number of the first one.
    AppendAll<'a> {
        size: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        seeds: &'a [Vec<u8>] => Array<Binary>,
        roles: &'a [i16] => Array<SmallInt>,
        call_ids: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        contents: &'a [&'a str] => Array<Text>,
        types: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        parts: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        shown: &'a [Option<String>] => Array<Nullable<Text>>,
        reasonings: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> Integer,
    sql!("with counted as (
        update conversations set
            item_count = item_count + $1,
            last_sequence = last_sequence + $1,
            updated_at = greatest(updated_at, $2),
            title_source = case when title is null and $3 is not null then 2 else title_source end,
            title = coalesce(title, $3)
        where owner_id = $4 and id = $5 and item_count + $1 <= ", MAX_ITEMS, "
        returning owner_id, id, last_sequence - $1 as before, title_source = 2 and title = $3
            as named
    ),
    stored as (
        ", ADD_ITEMS, ", call_id, content, item_type, parts, shown, reasoning,
            parts_version, reasoning_version)
        select p.owner_id, p.id, encode(t.seed || int4send(p.before + t.ordinal::int), 'hex')::uuid,
            $2, $2, p.before + t.ordinal::int, t.role, t.call_id, t.content,
            t.item_type, t.parts, t.shown, t.reasoning,
            case when t.parts is not null then 1 end,
            case when t.reasoning is not null then 1 end
        from counted p, unnest($6, $7, $8, $9, $10, $11, $12, $13) with ordinality
            as t(seed, role, call_id, content, item_type, parts, shown, reasoning, ordinal)
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, ", TITLE_JOB, ", id, id, $2, $14 from counted
        where named and $14 is not null
        on conflict do nothing
    )
    select before + 1 from counted")
);

statement!(
    /// Many appends in one statement, in the order of the arrays. Leaves out a conversation that
    /// another transaction is changing, so that only its own appends wait for it, and a
    /// conversation that its share of the group would fill. Returns for each of the others the
    /// number before its first new item.
    AppendGroup<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        nows: &'a [DateTime<Utc>] => Array<Timestamptz>,
        titles: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        seeds: &'a [Vec<u8>] => Array<Binary>,
        roles: &'a [i16] => Array<SmallInt>,
        author_ids: &'a [Option<Uuid>] => Array<Nullable<SqlUuid>>,
        contents: &'a [&'a str] => Array<Text>,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> Placed {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        before: i32 => Integer,
    },
    sql!("with input as (
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality
            as t(owner_id, conversation_id, now, title, seed, role, author_id, content, ordinal)
    ),
    share as (
        select owner_id, conversation_id, count(*)::int as size, max(now) as now,
            (array_agg(title order by ordinal) filter (where title is not null))[1] as title
        from input group by owner_id, conversation_id
    ),
    locked as (
        select c.owner_id, c.id from conversations c
        join share s on s.owner_id = c.owner_id and s.conversation_id = c.id
        order by c.owner_id, c.id for no key update of c skip locked
    ),
    placed as (
        update conversations c set
            item_count = item_count + s.size,
            last_sequence = last_sequence + s.size,
            updated_at = greatest(updated_at, s.now),
            title_source = case when c.title is null and s.title is not null then 2
                else title_source end,
            title = coalesce(c.title, s.title)
        from share s join locked l on l.owner_id = s.owner_id and l.id = s.conversation_id
        where c.owner_id = s.owner_id and c.id = s.conversation_id
            and c.item_count + s.size <= ", MAX_ITEMS, "
        returning c.owner_id, c.id, c.last_sequence - s.size as before, s.now,
            c.title_source = 2 and c.title = s.title as named
    ),
    stored as (
        ", ADD_ITEMS, ", author_id, content)
        select owner_id, conversation_id, encode(seed || int4send(sequence), 'hex')::uuid, now,
            now, sequence, role, author_id, content
        from (
            select i.*, p.before + (row_number() over (
                partition by i.owner_id, i.conversation_id order by i.ordinal
            ))::int as sequence
            from input i
            join placed p on p.owner_id = i.owner_id and p.id = i.conversation_id
        ) numbered
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, ", TITLE_JOB, ", id, id, now, $9 from placed
        where named and $9 is not null
        on conflict do nothing
    )
    select owner_id, id, before from placed")
);

statement!(
    /// A group of one append. It does little besides the append of one message: most of the
    /// statement for many would be planned, begun and ended for nothing.
    AppendOne<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        seed: &'a [u8] => Binary,
        role: i16 => SmallInt,
        author_id: Option<Uuid> => Nullable<SqlUuid>,
        content: &'a str => Text,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> crate::postgres::row::Sql<Placed>,
    sql!("with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id = $2 for no key update skip locked
    ),
    placed as (
        update conversations c set
            item_count = item_count + 1,
            last_sequence = last_sequence + 1,
            updated_at = greatest(updated_at, $3),
            title_source = case when title is null and $4 is not null then 2 else title_source end,
            title = coalesce(title, $4)
        from locked l
        where c.owner_id = l.owner_id and c.id = l.id and item_count < ", MAX_ITEMS, "
        returning c.owner_id, c.id, last_sequence, title_source = 2 and title = $4 as named
    ),
    stored as (
        ", ADD_ITEMS, ", author_id, content)
        select owner_id, id, encode($5 || int4send(last_sequence), 'hex')::uuid, $3, $3,
            last_sequence, $6, $7, $8
        from placed
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, ", TITLE_JOB, ", id, id, $3, $9 from placed
        where named and $9 is not null
        on conflict do nothing
    )
    select owner_id, id, last_sequence - 1 from placed")
);

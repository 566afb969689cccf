//! The statements of a step of a job.

use crate::postgres::row::sql;
use crate::postgres::search::stale::STALE;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// Conversations that are stale, or of which the words of some messages are not known, those first
    /// that were changed first; and what the index has of each.
    StaleConversations {
        owner_id: Uuid => SqlUuid,
        most: i64 => BigInt,
        maker: i16 => SmallInt,
    } -> StaleRow {
        id: Uuid => SqlUuid,
        title: Option<String> => Nullable<Text>,
        last_sequence: i32 => Integer,
        revisions: i32 => Integer,
        renames: i32 => Integer,
        indexed: i32 => Integer,
        is_revised: bool => Bool,
        known_maker: i16 => SmallInt,
        known_sequence: i32 => Integer,
        known_revisions: i32 => Integer,
        known_renames: i32 => Integer,
    },
    sql!("with parameters as (select $1::uuid, $2::bigint, $3::smallint), ", STALE, ",
    unknown as (
        select distinct conversation_id as id from search_blocks
        where owner_id = $1 and words is null limit $2
    ),
    few as (
        select * from (
            select id, title, updated_at, last_sequence, revisions, renames, indexed, is_revised
            from stale
            union all
            select c.id, c.title, c.updated_at, c.last_sequence, c.revisions, s.renames,
                case when s.maker = $3 then s.indexed_sequence else 0 end, false
            from unknown u
            join conversations c on c.owner_id = $1 and c.id = u.id
            join search_conversations s on s.owner_id = $1 and s.conversation_id = u.id
            where u.id not in (select id from stale)
        ) f
        order by updated_at, id limit $2
    )
    select f.id, f.title, f.last_sequence, f.revisions, f.renames, f.indexed, f.is_revised,
        coalesce(s.maker, 0::smallint), coalesce(s.indexed_sequence, 0),
        coalesce(s.indexed_revisions, 0), coalesce(s.indexed_renames, 0)
    from few f
    left join search_conversations s on s.owner_id = $1 and s.conversation_id = f.id
    order by f.updated_at, f.id")
);

statement!(
    /// Those of these conversations that are still there, and of which the index has what it had. Their
    /// rows stay, so that a deletion comes before or after the step; appends do not wait.
    Unchanged<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        makers: &'a [i16] => Array<SmallInt>,
        sequences: &'a [i32] => Array<Integer>,
        revisions: &'a [i32] => Array<Integer>,
        renames: &'a [i32] => Array<Integer>,
    } -> SqlUuid,
    "select c.id
    from (select $1::uuid as owner_id) o
    cross join unnest($2, $3, $4, $5, $6) as n(id, maker, sequence, revisions, renames)
    join conversations c on c.owner_id = $1 and c.id = n.id
    left join search_conversations s on s.owner_id = $1 and s.conversation_id = n.id
    where coalesce(s.maker, 0) = n.maker and coalesce(s.indexed_sequence, 0) = n.sequence
        and coalesce(s.indexed_revisions, 0) = n.revisions
        and coalesce(s.indexed_renames, 0) = n.renames
    order by c.id for key share of c"
);

statement!(
    /// The last block of a conversation, if it has room for more messages.
    OpenBlock {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        indexed: i32 => Integer,
        messages: i32 => Integer,
        bytes: i32 => Integer,
    } -> Integer,
    "select first_sequence from (
        select first_sequence, last_sequence, bytes from search_blocks
        where owner_id = $1 and conversation_id = $2 and first_sequence between 1 and $3
        order by first_sequence desc limit 1
    ) b
    where last_sequence = $3 and last_sequence - first_sequence < $4 and bytes < $5"
);

statement!(
    /// A conversation's stale messages, in order: some, and at least one.
    StaleItems {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        indexed: i32 => Integer,
        last: i32 => Integer,
        rows: i64 => BigInt,
        bytes: i64 => BigInt,
    } -> StaleItemRow {
        id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        content: String => Text,
    },
    "select id, sequence, content from (
        select id, sequence, content, sum(octet_length(content) + 128) over (order by sequence)
            - octet_length(content) - 128 as before
        from (
            select id, sequence, content from items
            where owner_id = $1 and conversation_id = $2 and sequence > $3 and sequence <= $4
            order by sequence limit $5
        ) n
    ) i where before < $6 order by sequence"
);

statement!(
    /// Removes blocks that end between these numbers.
    Remove<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        first_sequences: &'a [i32] => Array<Integer>,
        last_sequences: &'a [i32] => Array<Integer>,
    } -> (),
    "with parameters as (select $1::uuid)
    delete from search_blocks b
    using unnest($2, $3, $4) as n(conversation_id, first, last)
    where b.owner_id = $1 and b.conversation_id = n.conversation_id
        and b.last_sequence between n.first and n.last"
);

/// Whether no message of the block `n` was deleted since it was read.
const WHOLE: &str = "n.first = 0 or n.count = (
            select count(*) from items i
            where i.owner_id = $1 and i.conversation_id = n.conversation_id
                and i.sequence between n.first and n.last
        )";

statement!(
    /// Each list of words is a text such as `{1,2}`: PostgreSQL's arrays of arrays are all of one length.
    /// If a message was deleted since its block was read, the words of that block are not known.
    Insert<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        first_ids: &'a [Uuid] => Array<SqlUuid>,
        last_ids: &'a [Uuid] => Array<SqlUuid>,
        first_sequences: &'a [i32] => Array<Integer>,
        last_sequences: &'a [i32] => Array<Integer>,
        counts: &'a [i32] => Array<Integer>,
        bytes: &'a [i32] => Array<Integer>,
        words: &'a [String] => Array<Text>,
        marks: &'a [Option<Vec<u8>>] => Array<Nullable<Binary>>,
    } -> (),
    sql!("insert into search_blocks (owner_id, conversation_id, first_id, last_id, first_sequence,
        last_sequence, bytes, words, marks)
    select $1, n.conversation_id, n.first_id, n.last_id, n.first, n.last, n.bytes,
        case when ", WHOLE, " then n.words::int[] end,
        case when ", WHOLE, " then n.marks end
    from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) as n(conversation_id, first_id, last_id, first,
        last, count, bytes, words, marks)
    on conflict (owner_id, conversation_id, first_sequence) do update set
        first_id = excluded.first_id, last_id = excluded.last_id, last_sequence = excluded.last_sequence,
        bytes = excluded.bytes, words = excluded.words, marks = excluded.marks")
);

statement!(
    /// Removes the rows of these texts that the version before made.
    RemoveOld<'a> { owner_id: Uuid => SqlUuid, ids: &'a [Uuid] => Array<SqlUuid> } -> (),
    "delete from search_words where owner_id = $1 and id = any ($2)"
);

statement!(
    /// The rows of conversations in the index now.
    Indexed<'a> {
        owner_id: Uuid => SqlUuid,
        maker: i16 => SmallInt,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        sequences: &'a [i32] => Array<Integer>,
        revisions: &'a [i32] => Array<Integer>,
        renames: &'a [i32] => Array<Integer>,
    } -> (),
    "insert into search_conversations (owner_id, maker, conversation_id, indexed_sequence,
        indexed_revisions, indexed_renames)
    select $1, $2, n.id, n.sequence, n.revisions, n.renames
    from unnest($3, $4, $5, $6) as n(id, sequence, revisions, renames)
    on conflict (owner_id, conversation_id) do update set maker = excluded.maker,
        indexed_sequence = excluded.indexed_sequence,
        indexed_revisions = excluded.indexed_revisions,
        indexed_renames = excluded.indexed_renames"
);

statement!(
    /// All that was changed before this time is indexed.
    AllIndexed {
        owner_id: Uuid => SqlUuid,
        through: DateTime<Utc> => Timestamptz,
        maker: i16 => SmallInt,
    } -> (),
    "insert into search_owners as o (owner_id, indexed_through, maker)
    select $1, $2, $3
    where not exists (select from removed_owners where owner_id = $1)
    on conflict (owner_id) do update set maker = excluded.maker,
        indexed_through = case when o.maker = excluded.maker
            then greatest(o.indexed_through, excluded.indexed_through)
            else excluded.indexed_through end"
);

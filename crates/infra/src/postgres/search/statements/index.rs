//! The statements of a step of a job.

use crate::postgres::row::sql;
use crate::postgres::search::stale::STALE;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// Stale conversations, those first that were changed first. Their rows stay, so that a deletion comes
    /// before or after the step; appends do not wait.
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
    },
    sql!("with parameters as (select $1::uuid, $2::bigint, $3::smallint), ", STALE, ", few as (
        select * from stale order by updated_at, id limit $2
    )
    select s.id, s.title, s.last_sequence, s.revisions, s.renames, s.indexed, s.is_revised
    from few s join conversations c on c.owner_id = $1 and c.id = s.id
    order by s.updated_at, s.id for key share of c")
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
    } -> (SqlUuid, Integer, Text),
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
    /// The bytes of a conversation's messages that were revised, up to a number.
    RevisedBytes {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        last: i32 => Integer,
    } -> BigInt,
    "select coalesce(sum(octet_length(content) + 128), 0)::bigint from items
    where owner_id = $1 and conversation_id = $2 and sequence <= $3 and version > 1"
);

statement!(
    /// A conversation's messages that were revised, up to a number.
    RevisedItems {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        last: i32 => Integer,
    } -> (SqlUuid, Integer, Text),
    "select id, sequence, content from items
    where owner_id = $1 and conversation_id = $2 and sequence <= $3 and version > 1
    order by sequence"
);

statement!(
    /// Each list of words is a text such as `{1,2}`: PostgreSQL's arrays of arrays are all of one length.
    Insert<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        sequences: &'a [i32] => Array<Integer>,
        words: &'a [String] => Array<Text>,
    } -> (),
    "insert into search_words as w (owner_id, id, conversation_id, sequence, words)
    select $1, n.id, n.conversation_id, n.sequence, n.words::int[]
    from unnest($2, $3, $4, $5) as n(id, conversation_id, sequence, words)
    on conflict (owner_id, id) do update set words = excluded.words
    where w.words <> excluded.words"
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

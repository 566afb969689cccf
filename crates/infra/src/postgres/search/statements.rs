use super::stale::STALE;
use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

/// For a statement that deletes messages, whose owner and id the table `gone` has.
pub(in crate::postgres) const FORGET_ITEM: &str = "delete from search_words w using gone
        where w.owner_id = $1 and w.id = gone.id";

/// Whether the message or the title `w` is one of those in which is searched.
const WANTED: &str = "(not $4 or exists (
        select from conversations c
        left join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
            and i.sequence = w.sequence
        where c.owner_id = $1 and c.id = w.conversation_id
            and ($5 is null or i.role = $5)
            and ($6 is null or c.project_id = $6)
            and ($7 is null or c.id = $7)
            and ($8 is null or coalesce(i.created_at, c.created_at) >= $8)
            and ($9 is null or coalesce(i.created_at, c.created_at) < $9)
            and ($10 is null or c.archived = $10)
    ))";

/// A statement for candidates, with the parameters of all of them.
macro_rules! candidates {
    ($(#[$doc:meta])* $name:ident$(<$lifetime:lifetime>)?, $third:ident: $rust:ty => $sql:ty, $text:expr) => {
        statement!(
            $(#[$doc])*
            $name$(<$lifetime>)? {
                owner_id: Uuid => SqlUuid,
                before: Uuid => SqlUuid,
                $third: $rust => $sql,
                is_filtered: bool => Bool,
                role: Option<i16> => Nullable<SmallInt>,
                project_id: Option<Uuid> => Nullable<SqlUuid>,
                conversation_id: Option<Uuid> => Nullable<SqlUuid>,
                from: Option<DateTime<Utc>> => Nullable<Timestamptz>,
                to: Option<DateTime<Utc>> => Nullable<Timestamptz>,
                archived: Option<bool> => Nullable<Bool>,
                most: i64 => BigInt,
            } -> (BigInt, Nullable<SqlUuid>, Nullable<SqlUuid>),
            $text
        );
    };
}

candidates!(
    /// Goes along an owner's texts, newest first, for a bounded way: words that are common are found
    /// here, without reading all texts that have them. Tells the length of the way, also without a
    /// candidate.
    Walk<'a>,
    words: &'a [i32] => Array<Integer>,
    sql!("with way as materialized (
        select id, conversation_id, sequence, words from search_words
        where owner_id = $1 and id < $2 order by id desc limit 2000
    ),
    found as (
        select w.id, w.conversation_id from way w
        where w.words @> $3 and ", WANTED, "
        order by w.id desc limit $11
    )
    select (select count(*) from way), found.id, found.conversation_id
    from (select 1) one left join found on true
    order by found.id desc")
);

candidates!(
    /// Finds words that are not common.
    Look<'a>,
    words: &'a [i32] => Array<Integer>,
    sql!("with has as materialized (
        select id, conversation_id, sequence from search_words
        where owner_id = $1 and id < $2 and words @> $3
    )
    select 0::bigint, w.id, w.conversation_id from has w
    where ", WANTED, "
    order by w.id desc limit $11")
);

candidates!(
    /// Goes along the messages of one conversation.
    WalkConversation<'a>,
    words: &'a [i32] => Array<Integer>,
    sql!("select 0::bigint, w.id, w.conversation_id from search_words w
    where w.owner_id = $1 and w.id < $2 and w.words @> $3 and ", WANTED, "
        and w.id in (
            select i.id from items i where i.owner_id = $1 and i.conversation_id = $7
            union all select $7
        )
    order by w.id desc limit $11")
);

candidates!(
    /// Texts that the index does not have as they are now.
    Stale,
    maker: i16 => SmallInt,
    sql!("with parameters as (select $1::uuid, $2::uuid, $3::smallint), ", STALE, ",
    texts as (
        select i.id, s.id as conversation_id, i.sequence from stale s
        join items i on i.owner_id = $1 and i.conversation_id = s.id and i.sequence > s.indexed
        where i.id < $2
        union all
        select i.id, s.id, i.sequence from stale s
        join items i on i.owner_id = $1 and i.conversation_id = s.id and i.version > 1
        where s.is_revised and i.sequence <= s.indexed and i.id < $2
        union all
        select s.id, s.id, 0 from stale s where s.title is not null and s.id < $2
    )
    select 0::bigint, w.id, w.conversation_id from texts w
    where ", WANTED, "
    order by w.id desc limit $11")
);

statement!(
    /// The time up to which all is indexed.
    IndexedThrough { owner_id: Uuid => SqlUuid, maker: i16 => SmallInt } -> Timestamptz,
    "select indexed_through from search_owners where owner_id = $1 and maker = $2"
);

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

statement!(
    LeaveJob {
        owner_id: Uuid => SqlUuid,
        kind: i16 => SmallInt,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    "insert into jobs (owner_id, kind, key, created_at, due_at)
    select $1, $2, $1, $3, $3
    where not exists (select from removed_owners where owner_id = $1)
    on conflict do nothing"
);

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
    /// What the index has of conversations now.
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

statement!(
    ForgetConversation { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> (),
    "with title as (
        delete from search_words where owner_id = $1 and id = $2
    )
    delete from search_conversations where owner_id = $1 and conversation_id = $2"
);

statement!(
    /// The index has an earlier title of the conversation. Its row may be missing if nothing is indexed.
    Renamed { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> (),
    "insert into search_conversations as s (owner_id, conversation_id, renames)
    select owner_id, id, 1 from conversations where owner_id = $1 and id = $2
    on conflict (owner_id, conversation_id) do update set renames = s.renames + 1"
);

statement!(
    /// Some rows of a removed owner.
    ForgetWords { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from search_words where owner_id = $1 and id in (
        select id from search_words where owner_id = $1 order by id limit $2
    )"
);

statement!(
    ForgetConversations { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from search_conversations where owner_id = $1 and conversation_id in (
        select conversation_id from search_conversations where owner_id = $1
        order by conversation_id limit $2
    )"
);

statement!(
    ForgetOwner { owner_id: Uuid => SqlUuid } -> (),
    "delete from search_owners where owner_id = $1"
);

//! Where candidates are looked for.

use crate::postgres::row::sql;
use crate::postgres::search::stale::STALE;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

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
            } -> (SqlUuid, SqlUuid),
            $text
        );
    };
}

candidates!(
    /// Goes along an owner's newest texts until enough are found: words that are common are found here,
    /// without reading all texts that have them.
    Walk<'a>,
    words: &'a [i32] => Array<Integer>,
    sql!("select w.id, w.conversation_id from (
        select id, conversation_id, sequence, words from search_words
        where owner_id = $1 and id < $2 order by id desc limit 2000
    ) w
    where w.words @> $3 and ", WANTED, "
    order by w.id desc limit $11")
);

candidates!(
    /// Finds words that are not common.
    Look<'a>,
    words: &'a [i32] => Array<Integer>,
    sql!("with has as materialized (
        select id, conversation_id, sequence from search_words
        where owner_id = $1 and id < $2 and words @> $3
    )
    select w.id, w.conversation_id from has w
    where ", WANTED, "
    order by w.id desc limit $11")
);

candidates!(
    /// Goes along the messages of one conversation.
    WalkConversation<'a>,
    words: &'a [i32] => Array<Integer>,
    sql!("select w.id, w.conversation_id from search_words w
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
    select w.id, w.conversation_id from texts w
    where ", WANTED, "
    order by w.id desc limit $11")
);

statement!(
    /// The time up to which all is indexed.
    IndexedThrough { owner_id: Uuid => SqlUuid, maker: i16 => SmallInt } -> Timestamptz,
    "select indexed_through from search_owners where owner_id = $1 and maker = $2"
);

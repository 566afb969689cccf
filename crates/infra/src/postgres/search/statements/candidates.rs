//! Where candidates are looked for.

use crate::postgres::row::sql;
use crate::postgres::search::stale::STALE;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

/// Whether the conversation of the block `w` is one of those in which is searched.
const WITHIN: &str = "(not $4 or exists (
        select from conversations c where c.owner_id = $1 and c.id = w.conversation_id
            and ($6 is null or c.project_id = $6)
            and ($7 is null or c.id = $7)
            and ($10 is null or c.archived = $10)
    ))";

/// Whether the message `i`, or the title of the conversation `i`, is one of them.
const WANTED: &str =
    "(not $4 or ($8 is null or i.created_at >= $8) and ($9 is null or i.created_at < $9))";

/// The messages of the block `w` whose marks have a bit at each of the places, as the bits of a number. If it has
/// no marks, or the query has no places, all have. See `domain::search::marks`.
const MARKED: &str = " cross join lateral (
            select coalesce(bit_and((
                get_byte(w.marks, p.at >> 3) + (get_byte(w.marks, (p.at >> 3) + 1) << 8)
                    + (get_byte(w.marks, (p.at >> 3) + 2) << 16)
            ) >> (p.at & 7)) & (1 << w.last_sequence - w.first_sequence + 1) - 1, -1) as mask
            from (
                select (w.last_sequence - w.first_sequence + 1) * (o.place % nullif(
                    8 * (octet_length(w.marks) - 2) / (w.last_sequence - w.first_sequence + 1), 0
                )) as at
                from unnest($15) o(place)
            ) p
        ) m ";

/// The messages and titles of the blocks `has`. Those after `reached` are all that there are. The
/// first row also says whether such blocks are common.
const TEXTS: &str = "texts as (
        select i.id, h.conversation_id from has h
        cross join lateral (
            select h.first_sequence as first, h.last_sequence as last where h.mask < 0
            union all
            select h.first_sequence + n, h.first_sequence + n from generate_series(0, 15) n
            where h.mask > 0 and h.mask >> n & 1 = 1
        ) s
        cross join lateral (
            select id, role, created_at from items
            where owner_id = $1 and conversation_id = h.conversation_id
                and sequence between s.first and s.last
            offset 0
        ) i
        where i.id < $2 and ($5 is null or i.role = $5) and ";
const TITLES: &str = "
        union all
        select i.id, i.id from has h
        join conversations i on i.owner_id = $1 and i.id = h.conversation_id
        where h.first_sequence = 0 and $5 is null and ";
const ROWS: &str = "
    )
    select r.reached, r.is_common, t.id, t.conversation_id from reached r
    left join texts t on r.reached is null or t.id >= r.reached";

/// The types of the parameters, in their order.
const PARAMETERS: &str = "with parameters as (
        select $1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::smallint, $6::uuid, $7::uuid,
            $8::timestamptz, $9::timestamptz, $10::boolean, $11::bigint, $12::int[], $13::int[],
            $14::bigint, $15::int[]
    ), ";

/// Up to where the blocks are read: to the last that was wanted.
const REACHED: &str = "reached as materialized (
        select case when h.count = $11 then (select last_id from has order by last_id limit 1) end
            as reached, h.count = $11 as is_common
        from (select count(*) as count from has) h
    ), ";

/// A statement for candidates among the blocks, with the parameters of all of them.
macro_rules! candidates {
    ($(#[$doc:meta])* $name:ident, $text:expr) => {
        statement!(
            $(#[$doc])*
            $name<'a> {
                owner_id: Uuid => SqlUuid,
                before: Uuid => SqlUuid,
                until: Uuid => SqlUuid,
                is_filtered: bool => Bool,
                role: Option<i16> => Nullable<SmallInt>,
                project_id: Option<Uuid> => Nullable<SqlUuid>,
                conversation_id: Option<Uuid> => Nullable<SqlUuid>,
                from: Option<DateTime<Utc>> => Nullable<Timestamptz>,
                to: Option<DateTime<Utc>> => Nullable<Timestamptz>,
                archived: Option<bool> => Nullable<Bool>,
                most: i64 => BigInt,
                all: &'a [i32] => Array<Integer>,
                any: &'a [i32] => Array<Integer>,
                near: i64 => BigInt,
                marks: &'a [i32] => Array<Integer>,
            } -> (Nullable<SqlUuid>, Bool, Nullable<SqlUuid>, Nullable<SqlUuid>),
            $text
        );
    };
}

/// Those of the newest blocks that have the words.
const NEAR: &str = "has as materialized (
        select conversation_id, first_sequence, last_sequence, last_id, mask from (
            select conversation_id, first_sequence, last_sequence, last_id, words, marks
            from search_blocks where ";
const NEAR_END: &str = " order by last_id desc limit $14
        ) w";
const HAVING: &str = "(words is null or words @> $12 and ($13 = '{}' or words && $13))";
/// The marks are asked before the words, which lie elsewhere and take longer.
const MARKED_HAVING: &str = "where case when mask <> 0 then ";
/// Up to where these are read: to the last that was wanted, or to the last that was looked at. Words are common if one
/// in so many of these blocks has them, whatever its marks say.
const WALKED: &str = "
        order by last_id desc limit $11
    ),
    reached as materialized (
        select case when h.count = $11 then (select last_id from has order by last_id limit 1)
            else (select last_id from search_blocks where ";
const WALKED_END: &str = " order by last_id desc offset $14 - 1 limit 1) end as reached,
            case when h.count = $11 then true else (
                select 32 * count(*) >= $14 from (
                    select conversation_id, words from search_blocks where ";
const COMMON: &str = "
            ) end as is_common
        from (select count(*) as count from has) h
    ), ";
const OF_OWNER: &str = "owner_id = $1 and last_id < $3 and first_id < $2";
const OF_CONVERSATION: &str =
    "owner_id = $1 and conversation_id = $7 and last_id < $3 and first_id < $2";

candidates!(
    /// Goes along an owner's newest blocks until enough are found: words that are common are found here,
    /// without reading all blocks that have them.
    Walk,
    sql!(PARAMETERS, NEAR, OF_OWNER, NEAR_END, MARKED, MARKED_HAVING, HAVING, " end and ", WITHIN, WALKED,
        OF_OWNER, WALKED_END, OF_OWNER, NEAR_END, " where ", HAVING, " and ", WITHIN, COMMON, TEXTS, WANTED, TITLES, WANTED, ROWS)
);

candidates!(
    /// Goes along the newest blocks of a conversation.
    WalkConversation,
    sql!(PARAMETERS, NEAR, OF_CONVERSATION, NEAR_END, MARKED, MARKED_HAVING, HAVING, " end and ", WITHIN, WALKED,
        OF_CONVERSATION, WALKED_END, OF_CONVERSATION, NEAR_END, " where ", HAVING, " and ", WITHIN, COMMON, TEXTS, WANTED, TITLES, WANTED, ROWS)
);

/// The blocks whose words are not known, and the newest of all.
const UNKNOWN: &str = "
            union all
            select conversation_id, first_sequence, last_sequence, last_id, marks from search_blocks
            where owner_id = $1 and first_id < $2 and words is null
        ) w";
const LOOKED: &str = "where ($7 is null or conversation_id = $7) and mask <> 0 and ";
const NEWEST: &str = "
        order by last_id desc limit $11
    ), ";

candidates!(
    /// Finds words that are not common.
    Look,
    sql!(PARAMETERS, "has as materialized (
        select conversation_id, first_sequence, last_sequence, last_id, mask from (
            select conversation_id, first_sequence, last_sequence, last_id, marks from search_blocks
            where owner_id = $1 and first_id < $2 and words @> $12
                and ($13 = '{}' or words && $13)",
        UNKNOWN, MARKED, LOOKED, WITHIN, NEWEST, REACHED, TEXTS, WANTED, TITLES, WANTED, ROWS)
);

candidates!(
    /// Finds beginnings of words that are not common.
    LookForAny,
    sql!(PARAMETERS, "has as materialized (
        select conversation_id, first_sequence, last_sequence, last_id, mask from (
            select conversation_id, first_sequence, last_sequence, last_id, marks from search_blocks
            where owner_id = $1 and first_id < $2 and words && $13",
        UNKNOWN, MARKED, LOOKED, WITHIN, NEWEST, REACHED, TEXTS, WANTED, TITLES, WANTED, ROWS)
);

statement!(
    /// Texts that the index does not have as they are now.
    Stale {
        owner_id: Uuid => SqlUuid,
        before: Uuid => SqlUuid,
        maker: i16 => SmallInt,
        is_filtered: bool => Bool,
        role: Option<i16> => Nullable<SmallInt>,
        project_id: Option<Uuid> => Nullable<SqlUuid>,
        conversation_id: Option<Uuid> => Nullable<SqlUuid>,
        from: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        to: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        archived: Option<bool> => Nullable<Bool>,
        most: i64 => BigInt,
    } -> (SqlUuid, SqlUuid),
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
    where (not $4 or exists (
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
    ))
    order by w.id desc limit $11")
);

statement!(
    /// The time up to which all is indexed.
    IndexedThrough { owner_id: Uuid => SqlUuid, maker: i16 => SmallInt } -> Timestamptz,
    "select indexed_through from search_owners where owner_id = $1 and maker = $2"
);

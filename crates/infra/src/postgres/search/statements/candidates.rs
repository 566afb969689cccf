//! Where candidates are looked for.

use crate::postgres::row::{Sql, row, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

row!(
    /// A text of a block that may match. The first also tells of all blocks; it may be without a text.
    FoundRow {
        /// Texts before this one are not among them; `None`: these are all.
        reached: Option<Uuid> => Nullable<SqlUuid>,
        /// How many of the newest 128 blocks have the words, counted up to 16.
        sampled: i64 => BigInt,
        id: Option<Uuid> => Nullable<SqlUuid>,
        conversation_id: Option<Uuid> => Nullable<SqlUuid>,
    }
);

/// Whether the conversation of the block `w` is searched.
const WITHIN: &str = "exists (
        select from conversations c where c.owner_id = $1 and c.id = w.conversation_id
            and ($6 is null or c.project_id = $6)
            and ($7 is null or c.id = $7)
            and ($10 is null or c.archived = $10)
    )";

/// Whether the message `i`, or the title of the conversation `i`, is searched.
const WANTED: &str = "($5 is null or i.role = $5) and ($8 is null or i.created_at >= $8)
            and ($9 is null or i.created_at < $9)";
const WANTED_TITLE: &str = "$5 is null and ($8 is null or i.created_at >= $8)
            and ($9 is null or i.created_at < $9)";
/// In their place where the query has no filters. With filters in its text, PostgreSQL would plan such a statement each
/// time, to leave them out.
const ALL: &str = "true";

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
        where i.id < $2 and ";
const TITLES: &str = "
        union all
        select i.id, i.id from has h
        join conversations i on i.owner_id = $1 and i.id = h.conversation_id
        where h.first_sequence = 0 and ";
const ROWS: &str = "
    )
    select r.reached, r.sampled, t.id, t.conversation_id from reached r
    left join texts t on r.reached is null or t.id >= r.reached";

/// The types of the parameters, in their order. Limits and keys are written `(select $n)` below: PostgreSQL plans
/// such a statement once for a connection. Otherwise it plans it each time, since it takes a known limit for cheaper
/// than any, and that takes as long as the work.
const PARAMETERS: &str = "with parameters as (
        select $1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::smallint, $6::uuid, $7::uuid,
            $8::timestamptz, $9::timestamptz, $10::boolean, $11::bigint, $12::int[], $13::int[],
            $14::bigint, $15::int[]
    ), ";

/// Up to where the blocks are read: to the last that was wanted.
const REACHED: &str = "reached as materialized (
        select case when h.count = $11 then (select last_id from has order by last_id limit 1) end
            as reached, 0::bigint as sampled
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
            } -> Sql<FoundRow>,
            $text
        );
    };
}

/// Those of the newest blocks that have the words.
const NEAR: &str = "has as materialized (
        select conversation_id, first_sequence, last_sequence, last_id, mask from (
            select conversation_id, first_sequence, last_sequence, last_id, words, marks
            from search_blocks where ";
/// The keys of a block are in order, and those wanted follow each other: so the greatest that is not beyond the last
/// is one of them, or none is.
const ANY: &str =
    "($13 = '{}' or words[width_bucket((select $13[cardinality($13)]), words)] >= (select $13[1]))";
const HAVING: &str = sql!(
    "(words is null or ($12 = '{}' or words @> (select $12)) and ",
    ANY,
    ")"
);
/// The marks are asked before the words, which lie elsewhere and take longer.
const NEAR_END: &str = sql!(
    " order by last_id desc limit (select $14)
        ) w",
    MARKED,
    "where case when mask <> 0 then ",
    HAVING,
    " end and "
);
/// Up to where these are read: to the last that was wanted, or to the last that was looked at. Marks do not count for
/// the sample: the index of words reads all blocks that have the words.
const WALKED: &str = "
        order by last_id desc limit (select $11)
    ),
    reached as materialized (
        select case when h.count = $11 then (select last_id from has order by last_id limit 1)
            else (select last_id from search_blocks where ";
const WALKED_END: &str = " order by last_id desc offset (select $14 - 1) limit 1) end as reached,
            case when h.count = $11 then 16 else (
                select count(*) from (select from (
                    select conversation_id, words from search_blocks where ";
/// Words are stored elsewhere than marks, and take longer to read.
const SAMPLED: &str = " order by last_id desc limit 128
        ) w where ";
const SAMPLED_END: &str = " limit 16) w
            ) end as sampled
        from (select count(*) as count from has) h
    ), ";
const OF_OWNER: &str = "owner_id = $1 and last_id < $3 and first_id < $2";
const OF_CONVERSATION: &str =
    "owner_id = $1 and conversation_id = $7 and last_id < $3 and first_id < $2";

/// The blocks whose words are not known, and the newest of all.
const UNKNOWN: &str = "
            union all
            select conversation_id, first_sequence, last_sequence, last_id, marks from search_blocks
            where owner_id = $1 and first_id < $2 and words is null
        ) w";
const NEWEST: &str = "
        order by last_id desc limit (select $11)
    ), ";

/// Along an owner's, or a conversation's, newest blocks until enough are found.
macro_rules! walk {
    ($of:expr, $within:expr, $wanted:expr, $title:expr) => {
        sql!(
            PARAMETERS,
            NEAR,
            $of,
            NEAR_END,
            $within,
            WALKED,
            $of,
            WALKED_END,
            $of,
            SAMPLED,
            HAVING,
            " and ",
            $within,
            SAMPLED_END,
            TEXTS,
            $wanted,
            TITLES,
            $title,
            ROWS
        )
    };
}

/// Among the blocks that the index of words has under the keys.
macro_rules! look {
    ($under:expr, $within:expr, $wanted:expr, $title:expr) => {
        sql!(
            PARAMETERS, "has as materialized (
        select conversation_id, first_sequence, last_sequence, last_id, mask from (
            select conversation_id, first_sequence, last_sequence, last_id, marks from search_blocks
            where owner_id = $1 and first_id < $2 and ",
            $under, UNKNOWN, MARKED, "where mask <> 0 and ", $within, NEWEST, REACHED, TEXTS, $wanted, TITLES, $title, ROWS
        )
    };
}

const UNDER_ALL: &str = sql!("words @> (select $12) and ", ANY);
const UNDER_ANY: &str = "words && (select $13)";

candidates!(
    /// Words that are common are found here, without reading all blocks that have them.
    Walk,
    walk!(OF_OWNER, ALL, ALL, ALL)
);
candidates!(WalkWithin, walk!(OF_OWNER, WITHIN, WANTED, WANTED_TITLE));
candidates!(
    WalkConversation,
    walk!(OF_CONVERSATION, WITHIN, WANTED, WANTED_TITLE)
);

candidates!(
    /// Finds words that are not common.
    Look,
    look!(UNDER_ALL, ALL, ALL, ALL)
);
candidates!(LookWithin, look!(UNDER_ALL, WITHIN, WANTED, WANTED_TITLE));

candidates!(
    /// Finds beginnings of words that are not common.
    LookForAny,
    look!(UNDER_ANY, ALL, ALL, ALL)
);
candidates!(
    LookForAnyWithin,
    look!(UNDER_ANY, WITHIN, WANTED, WANTED_TITLE)
);

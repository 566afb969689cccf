//! Texts that the index does not have.

use crate::postgres::row::sql;
use crate::postgres::search::stale::STALE;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// Whether the message `i`, or the conversation `i`, is searched.
const WANTED: &str =
    "(not $4 or ($8 is null or i.created_at >= $8) and ($9 is null or i.created_at < $9))";

statement!(
    /// The newest texts that the index does not have as they are now, and how far they go: of the conversations that were
    /// last active, so many that these have at least `most` such texts, if there are more. Conversations that began after
    /// `begun` have none before `before`.
    Unindexed {
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
        begun: Uuid => SqlUuid,
    } -> UnindexedRow {
        /// The time up to which all is indexed.
        through: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        /// Conversations that were left out were last active at this time.
        others: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        id: Option<Uuid> => Nullable<SqlUuid>,
        conversation_id: Option<Uuid> => Nullable<SqlUuid>,
    },
    sql!("with parameters as (
        select $1::uuid, $2::uuid, $3::smallint, $4::boolean, $5::smallint, $6::uuid, $7::uuid,
            $8::timestamptz, $9::timestamptz, $10::boolean, $11::bigint, $12::uuid
    ), ", STALE, ",
    newest as materialized (
        select s.*, coalesce(sum(s.last_sequence + 1 - case when s.is_revised then 0 else s.indexed end)
            over (order by s.updated_at desc, s.id rows between unbounded preceding and 1 preceding), 0)
            as before
        from stale s
        where s.id < $12 and (not $4 or ($6 is null or s.project_id = $6)
            and ($7 is null or s.id = $7) and ($10 is null or s.archived = $10))
    ),
    chosen as materialized (select * from newest where before < (select $11)),
    texts as (
        select i.id, s.id as conversation_id from chosen s
        cross join lateral (
            select i.id from items i
            where i.owner_id = $1 and i.conversation_id = s.id and i.id < $2
                and i.sequence > case when s.is_revised then 0 else s.indexed end
                and (i.sequence > s.indexed or i.version > 1)
                and ($5 is null or i.role = $5) and ", WANTED, "
            offset 0
        ) i
        union all
        select i.id, i.id from chosen i
        where i.title is not null and i.id < $2 and $5 is null and ", WANTED, "
    )
    select nullif((select at from since), '-infinity'), (select max(updated_at) from newest where before >= $11),
        w.id, w.conversation_id
    from (select) one
    left join lateral (select * from texts order by id desc limit (select $11)) w on true")
);

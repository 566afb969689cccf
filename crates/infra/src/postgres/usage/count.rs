//! Counts an owner's usage: goes along the conversations, the projects, the links and the remembered
//! requests, a portion of each in a step, so that each step takes milliseconds. `usage` stores the place of the count,
//! together with its job: the next job begins anew.

use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::item_rows::texts;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::jobs::{Job, Portion};
use uuid::Uuid;

/// How many conversations with new messages are measured in a step, each under its lock.
const MEASURED: i64 = 64;

statement!(
    /// Those of the next conversations that have uncounted messages, and how many. The free ones
    /// stay locked, so that the next statement sees them unchanged; conversations that another
    /// transaction is writing to are left to the next count.
    Unknown {
        owner_id: Uuid => SqlUuid,
        since: DateTime<Utc> => Timestamptz,
        rows: i64 => BigInt,
        most: i64 => BigInt,
    } -> Uncounted {
        id: Uuid => SqlUuid,
        messages: i32 => Integer,
        is_free: bool => Bool,
    },
    "with few as (
        select id, uncounted from (
            select id, last_sequence - counted_sequence as uncounted from conversations
            where owner_id = $1 and id > coalesce(
                (select last_conversation from usage where owner_id = $1 and counting_since = $2),
                '00000000-0000-0000-0000-000000000000'
            )
            order by id limit $3
        ) next where uncounted > 0 order by id limit $4
    ),
    locked as (
        select c.id from few join conversations c on c.owner_id = $1 and c.id = few.id
        for no key update of c skip locked
    )
    select few.id, few.uncounted, locked.id is not null
    from few left join locked on locked.id = few.id order by few.id"
);

statement!(
    /// Counts the new messages. The length of a text is known without reading it.
    Measure<'a> { owner_id: Uuid => SqlUuid, ids: &'a [Uuid] => Array<SqlUuid> } -> (),
    concat!("update conversations c set counted_sequence = c.last_sequence, bytes = c.bytes + (
            select coalesce(sum(", texts::size!(""), " + 128), 0) from items
            where owner_id = $1 and conversation_id = c.id and sequence > c.counted_sequence
        ) + (
            select coalesce(sum(", texts::size!(""), " + 128), 0) from item_versions
            where owner_id = $1 and conversation_id = c.id and sequence > c.counted_sequence
        )
    where c.owner_id = $1 and c.id = any($2)")
);

statement!(
    /// Adds the next conversations, projects, links, remembered requests and responses to the
    /// count, up to a given conversation if there is one; returns whether all are counted. Titles
    /// and metadata count like messages, and each link counts a constant. The settings, which are
    /// few, are added at the end.
    Count {
        owner_id: Uuid => SqlUuid,
        since: DateTime<Utc> => Timestamptz,
        upto: Option<Uuid> => Nullable<SqlUuid>,
        rows: i64 => BigInt,
        now: DateTime<Utc> => Timestamptz,
    } -> Bool,
    "with reached as (
        select coalesce(u.counted_bytes, 0) as bytes,
            coalesce(u.counted_conversations, 0) as conversations,
            coalesce(u.last_conversation, nil.id) as conversation,
            coalesce(u.last_project, nil.id) as project, coalesce(u.last_share, nil.id) as share,
            coalesce(u.last_repeat, ''::bytea) as repeat,
            coalesce(u.last_response, nil.id) as response
        from (select '00000000-0000-0000-0000-000000000000'::uuid as id) nil
        left join usage u on u.owner_id = $1 and u.counting_since = $2
    ),
    held as (
        select id, bytes + 128 + coalesce(octet_length(title), 0) + pg_column_size(metadata)
            + octet_length(array_to_string(tags, '')) as bytes
        from conversations where owner_id = $1 and id > (select conversation from reached)
            and id <= coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        order by id limit $4
    ),
    organised as (
        select id, 128 + octet_length(title) + coalesce(octet_length(description), 0)
            + coalesce(octet_length(instruction), 0) as bytes
        from projects where owner_id = $1 and id > (select project from reached)
        order by id limit $4
    ),
    shared as (
        select id, 512 as bytes from shares
        where owner_id = $1 and id > (select share from reached) order by id limit $4
    ),
    remembered as (
        select key, 384 + 16 * coalesce(cardinality(ids), 0) as bytes from repeats
        where owner_id = $1 and key > (select repeat from reached) order by key limit $4
    ),
    answered as (
        select id, 256 + octet_length(settings) + octet_length(input) + octet_length(output)
            + 4 * cardinality(cuts) as bytes
        from responses where owner_id = $1 and id > (select response from reached)
        order by id limit $4
    ),
    counted as (
        select h.bytes + o.bytes + s.bytes + r.bytes + a.bytes as bytes, h.rows as conversations,
            $3 is null and greatest(h.rows, o.rows, s.rows, r.rows, a.rows) < $4 as is_all, coalesce((
                select 128 + octet_length(preferences) + octet_length(
                    concat(nickname, occupation, about, instructions)
                ) from user_settings where owner_id = $1
            ), 0) as settings
        from (select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from held) h,
            (select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from organised) o,
            (select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from shared) s,
            (select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from remembered) r,
            (select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from answered) a
    )
    insert into usage as u (owner_id, counted_at, storage_bytes, conversations, counting_since,
        counted_bytes, counted_conversations, last_conversation, last_project, last_share,
        last_repeat, last_response)
    select $1, case when is_all then $5 end, case when is_all then p.bytes + c.bytes + settings else 0 end,
        case when is_all then p.conversations + c.conversations else 0 end,
        case when not is_all then $2 end, p.bytes + c.bytes, p.conversations + c.conversations,
        coalesce((select id from held order by id desc limit 1), p.conversation),
        coalesce((select id from organised order by id desc limit 1), p.project),
        coalesce((select id from shared order by id desc limit 1), p.share),
        coalesce((select key from remembered order by key desc limit 1), p.repeat),
        coalesce((select id from answered order by id desc limit 1), p.response)
    from reached p, counted c
    where not exists (select from removed_owners where owner_id = $1)
    on conflict (owner_id) do update set
        counted_at = coalesce(excluded.counted_at, u.counted_at),
        storage_bytes = case when excluded.counted_at is null then u.storage_bytes
            else excluded.storage_bytes end,
        conversations = case when excluded.counted_at is null then u.conversations
            else excluded.conversations end,
        counting_since = excluded.counting_since, counted_bytes = excluded.counted_bytes,
        counted_conversations = excluded.counted_conversations,
        last_conversation = excluded.last_conversation, last_project = excluded.last_project,
        last_share = excluded.last_share, last_repeat = excluded.last_repeat,
        last_response = excluded.last_response
    returning counting_since is null"
);

/// Counts a portion, within a transaction that has locked the job; `true` when all is counted.
pub(super) async fn step(
    connection: &mut AsyncPgConnection,
    job: &Job,
    portion: Portion,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let owner_id = ids::stored(job.owner.ulid());
    let rows = i64::try_from(portion.rows()).unwrap_or(i64::MAX);
    let unknown = Unknown {
        owner_id,
        since: job.created_at,
        rows,
        most: MEASURED,
    };
    let unknown: Vec<Uncounted> = unknown.fetch_all(connection).await?;
    let some = affordable(&unknown, rows);
    let free: Vec<Uuid> = some
        .iter()
        .filter(|uncounted| uncounted.is_free)
        .map(|uncounted| uncounted.id)
        .collect();
    if !free.is_empty() {
        let measure = Measure {
            owner_id,
            ids: &free,
        };
        measure.write(connection).await?;
    }
    let is_cut = some.len() < unknown.len() || unknown.len() >= MEASURED as usize;
    let count = Count {
        owner_id,
        since: job.created_at,
        upto: some.last().filter(|_| is_cut).map(|last| last.id),
        rows,
        now,
    };
    // A removed owner has no data to count.
    let is_all: Option<bool> = count.fetch_optional(connection).await?;
    Ok(is_all.unwrap_or(true))
}

/// The first conversations whose messages are at most `rows` together, but at least one
/// conversation.
fn affordable(unknown: &[Uncounted], rows: i64) -> &[Uncounted] {
    let mut messages = 0;
    let few = unknown.iter().take_while(|next| {
        messages += i64::from(next.messages);
        messages <= rows
    });
    let few = few.count().max(1).min(unknown.len());
    unknown.split_at(few).0
}

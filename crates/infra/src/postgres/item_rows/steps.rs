//! Adds items step by step, where Citus keeps the tables in parts.
//!
//! Elsewhere one statement does it. Citus would send the results of its parts to all nodes, so it would fail for
//! every owner while one node is away. Each of these steps needs only the owner's node. The caller's transaction
//! holds them together.

use super::rows::{ADD_ITEMS, MAX_ITEMS};
use crate::postgres::execute::Execute as _;
use crate::postgres::jobs::{ADD_JOBS, TITLE_JOB};
use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{
    Array, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

statement!(
    /// Takes the next numbers, after `after`; the row's lock keeps others away. No row: the conversation does not
    /// exist, or would be too full.
    TakeNumbers<'a> {
        size: i32 => Integer,
        after: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> TakenNumbers {
        last: i32 => Integer,
        title: Option<String> => Nullable<Text>,
        /// Whether the first of the items has named the conversation.
        named: bool => Bool,
    },
    sql!("update conversations set
        item_count = item_count + $1,
        last_sequence = greatest(last_sequence, $2) + $1,
        updated_at = greatest(updated_at, $3),
        title_source = case when title is null and $4 is not null then 2 else title_source end,
        title = coalesce(title, $4)
    where owner_id = $5 and id = $6 and item_count + $1 <= ", MAX_ITEMS, "
    returning last_sequence, title, coalesce(title_source = 2 and title = $4, false)")
);

statement!(
    /// Stores items with the numbers after `before`.
    Store<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        before: i32 => Integer,
        is_reply: bool => Bool,
        seeds: &'a [Vec<u8>] => Array<Binary>,
        roles: &'a [i16] => Array<SmallInt>,
        author_ids: &'a [Option<Uuid>] => Array<Nullable<SqlUuid>>,
        call_ids: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        models: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        contents: &'a [&'a str] => Array<Text>,
        types: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        parts: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        shown: &'a [Option<String>] => Array<Nullable<Text>>,
        reasonings: &'a [Option<&'a str>] => Array<Nullable<Text>>,
    } -> (),
    sql!(ADD_ITEMS, ", author_id, call_id, model, content, item_type, parts, shown, reasoning,
        parts_version, reasoning_version)
    select $1, $2, encode(t.seed || int4send($4 + t.ordinal::int), 'hex')::uuid, $3, $3,
        $4 + t.ordinal::int, t.role, t.author_id, t.call_id, t.model, t.content, t.item_type, t.parts,
        t.shown, t.reasoning, case when t.parts is not null then 1 end,
        case when $5 or t.model is not null or t.reasoning is not null then 1 end
    from unnest($6, $7, $8, $9, $10, $11, $12, $13, $14, $15) with ordinality
        as t(seed, role, author_id, call_id, model, content, item_type, parts, shown, reasoning, ordinal)")
);

statement!(
    /// Leaves a job for a better title.
    AskForTitle {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        now: DateTime<Utc> => Timestamptz,
        due_at: DateTime<Utc> => Timestamptz,
    } -> (),
    sql!(ADD_JOBS, " values ($1, ", TITLE_JOB, ", $2, $2, $3, $4) on conflict do nothing")
);

/// Items that are added to a conversation. Columns that are empty lists are null for all items.
#[derive(Clone, Copy)]
pub(in crate::postgres) struct AddedItems<'a> {
    pub(in crate::postgres) owner_id: Uuid,
    pub(in crate::postgres) conversation_id: Uuid,
    pub(in crate::postgres) now: DateTime<Utc>,
    /// The least number is one more.
    pub(in crate::postgres) after: i32,
    pub(in crate::postgres) title: Option<&'a str>,
    pub(in crate::postgres) titles_due: Option<DateTime<Utc>>,
    /// Whether they are replies of a model, which have their thoughts apart.
    pub(in crate::postgres) is_reply: bool,
    pub(in crate::postgres) seeds: &'a [Vec<u8>],
    pub(in crate::postgres) roles: &'a [i16],
    pub(in crate::postgres) author_ids: &'a [Option<Uuid>],
    pub(in crate::postgres) call_ids: &'a [Option<&'a str>],
    pub(in crate::postgres) models: &'a [Option<&'a str>],
    pub(in crate::postgres) contents: &'a [&'a str],
    pub(in crate::postgres) types: &'a [Option<&'a str>],
    pub(in crate::postgres) parts: &'a [Option<&'a str>],
    pub(in crate::postgres) shown: &'a [Option<String>],
    pub(in crate::postgres) reasonings: &'a [Option<&'a str>],
}

/// Adds the items, and says which numbers they got. Must be called in a transaction.
pub(in crate::postgres) async fn add(
    connection: &mut AsyncPgConnection,
    added: AddedItems<'_>,
) -> QueryResult<Option<TakenNumbers>> {
    // At most as many as a conversation holds.
    let size = added.seeds.len() as i32;
    let take = TakeNumbers {
        size,
        after: added.after,
        now: added.now,
        title: added.title,
        owner_id: added.owner_id,
        conversation_id: added.conversation_id,
    };
    let Some(taken) = take.fetch_optional::<TakenNumbers>(connection).await? else {
        return Ok(None);
    };
    store(connection, added, taken.last - size).await?;
    if let (true, Some(due_at)) = (taken.named, added.titles_due) {
        ask_for_title(connection, added, due_at).await?;
    }
    Ok(Some(taken))
}

/// Stores items with the numbers after `before`, which the conversation has given to them.
pub(in crate::postgres) async fn store(
    connection: &mut AsyncPgConnection,
    added: AddedItems<'_>,
    before: i32,
) -> QueryResult<usize> {
    let store = Store {
        owner_id: added.owner_id,
        conversation_id: added.conversation_id,
        now: added.now,
        before,
        is_reply: added.is_reply,
        seeds: added.seeds,
        roles: added.roles,
        author_ids: added.author_ids,
        call_ids: added.call_ids,
        models: added.models,
        contents: added.contents,
        types: added.types,
        parts: added.parts,
        shown: added.shown,
        reasonings: added.reasonings,
    };
    store.write(connection).await
}

pub(in crate::postgres) async fn ask_for_title(
    connection: &mut AsyncPgConnection,
    added: AddedItems<'_>,
    due_at: DateTime<Utc>,
) -> QueryResult<()> {
    let ask = AskForTitle {
        owner_id: added.owner_id,
        conversation_id: added.conversation_id,
        now: added.now,
        due_at,
    };
    ask.write(connection).await?;
    Ok(())
}

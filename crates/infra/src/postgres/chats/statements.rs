//! The statement that stores the turn of a chat.

use super::arrays::TurnArrays;
use crate::postgres::ids;
use crate::postgres::item_rows::rows::{ADD_ITEMS, MAX_ITEMS};
use crate::postgres::jobs::{ADD_JOBS, TITLE_JOB};
use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use domain::chat::FinishedTurn;
use domain::id::{ConversationId, OwnerId, Sequence};
use domain::title::Title;
use domain::turns::Leaving;
use uuid::Uuid;

statement!(
    /// Like the append of one message: the row's lock gives the numbers, so the limit is exact. Stores
    /// either all messages or no message. The turn leaves the queue in the same transaction; if it is
    /// not in the queue any more, no message is stored. The messages get numbers after `after`.
    StoreTurn<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
        size: i32 => Integer,
        after: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        seeds: &'a [Vec<u8>] => Array<Binary>,
        roles: &'a [i16] => Array<SmallInt>,
        models: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        contents: &'a [&'a str] => Array<Text>,
        reasonings: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        types: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        parts: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        shown: &'a [Option<String>] => Array<Nullable<Text>>,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> StoredRow {
        /// Whether the turn was in the queue.
        was_there: bool => Bool,
        title: Option<String> => Nullable<Text>,
        /// The number of the last message.
        last: Option<i32> => Nullable<Integer>,
    },
    sql!("with turn as (
        update turn_queue
        set ended_at = now(), leased_until = now() + interval '1 minute', ending = null
        where owner_id = $1 and conversation_id = $2 and token = $3 and ended_at is null
        returning token
    ),
    counted as (
        update conversations set
            item_count = item_count + $4,
            last_sequence = greatest(last_sequence, $5) + $4,
            updated_at = greatest(updated_at, $6),
            title_source = case when title is null and $7 is not null then 2 else title_source end,
            title = coalesce(title, $7)
        where owner_id = $1 and id = $2 and item_count + $4 <= ", MAX_ITEMS, "
            and exists (select from turn)
        returning owner_id, id, last_sequence - $4 as before, last_sequence as last, title,
            title_source = 2 and title = $7 as named
    ),
    stored as (
        ", ADD_ITEMS, ", model, content, reasoning, reasoning_version, item_type, parts, shown,
            parts_version)
        select p.owner_id, p.id, encode(t.seed || int4send(p.before + t.ordinal::int), 'hex')::uuid,
            $6, $6, p.before + t.ordinal::int, t.role, t.model, t.content, t.reasoning,
            case when t.model is not null or t.reasoning is not null then 1 end,
            t.item_type, t.parts, t.shown, case when t.parts is not null then 1 end
        from counted p, unnest($8, $9, $10, $11, $12, $13, $14, $15) with ordinality
            as t(seed, role, model, content, reasoning, item_type, parts, shown, ordinal)
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, ", TITLE_JOB, ", id, id, $6, $16 from counted
        where named and $16 is not null
        on conflict do nothing
    )
    select exists (select from turn), title, last from (select 1) one left join counted on true")
);

impl<'a> StoreTurn<'a> {
    pub(super) fn of(
        owner: OwnerId,
        conversation: ConversationId,
        turn: &'a FinishedTurn,
        arrays: &'a TurnArrays<'a>,
        (leaving, titles_due): (Leaving, Option<DateTime<Utc>>),
        after: Sequence,
    ) -> Self {
        Self {
            owner_id: ids::stored(owner.ulid()),
            conversation_id: ids::stored(conversation.ulid()),
            token: ids::stored(leaving.turn.token),
            size: i32::try_from(turn.messages.len()).unwrap_or(i32::MAX),
            after: after.0.cast_signed(),
            now: turn.now,
            title: turn.title.as_ref().map(Title::as_str),
            seeds: &arrays.seeds,
            roles: &arrays.roles,
            models: &arrays.models,
            contents: &arrays.contents,
            reasonings: &arrays.reasonings,
            types: &arrays.parts.types,
            parts: &arrays.parts.parts,
            shown: &arrays.parts.shown,
            titles_due,
        }
    }
}

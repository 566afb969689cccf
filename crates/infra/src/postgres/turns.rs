use super::database::Database;
use super::error::storage;
use super::ids;
use super::items::parts::PartArrays;
use super::items::roles::stored_role;
use super::items::rows::ADD_ITEMS;
use super::jobs::ADD_JOBS;
use super::row::sql;
use super::schema::conversations;
use super::statement::statement;
use super::taking_back::take_back;
use super::titles::NewTitles;
use super::turn_queue;
use super::work::Whose;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, Binary, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::chat::{FinishedTurn, StoredTurn, TurnStore};
use domain::conversations::{Conversation, Title};
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::repeats::{Made, Outcome};
use domain::turns::{Leaving, QueuedTurn};
use uuid::Uuid;

/// Turns in PostgreSQL.
pub struct PgTurns {
    database: Database,
    new_titles: NewTitles,
}

statement!(
    /// Like the append of one message: the row's lock gives the numbers, so the limit is exact. Stores
    /// either all messages or no message. The turn leaves the queue in the same transaction; if it is
    /// not in the queue any more, no message is stored.
    StoreTurn<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
        size: i32 => Integer,
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
    place as (
        update conversations set
            item_count = item_count + $4,
            last_sequence = last_sequence + $4,
            updated_at = greatest(updated_at, $5),
            title_source = case when title is null and $6 is not null then 2 else title_source end,
            title = coalesce(title, $6)
        where owner_id = $1 and id = $2 and item_count + $4 <= 10000
            and exists (select from turn)
        returning owner_id, id, last_sequence - $4 as before, last_sequence as last, title,
            title_source = 2 and title = $6 as named
    ),
    stored as (
        ", ADD_ITEMS, ", model, content, reasoning, reasoning_version, item_type, parts, shown,
            parts_version)
        select p.owner_id, p.id, encode(t.seed || int4send(p.before + t.place::int), 'hex')::uuid,
            $5, $5, p.before + t.place::int, t.role, t.model, t.content, t.reasoning,
            case when t.model is not null or t.reasoning is not null then 1 end,
            t.item_type, t.parts, t.shown, case when t.parts is not null then 1 end
        from place p, unnest($7, $8, $9, $10, $11, $12, $13, $14) with ordinality
            as t(seed, role, model, content, reasoning, item_type, parts, shown, place)
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, 2, id, id, $5, $15 from place
        where named and $15 is not null
        on conflict do nothing
    )
    select exists (select from turn), title, last from (select 1) one left join place on true")
);

impl<'a> StoreTurn<'a> {
    fn of(
        owner: OwnerId,
        conversation: ConversationId,
        turn: &'a FinishedTurn,
        arrays: &'a Arrays<'a>,
        (leaving, titles_due): (Leaving, Option<DateTime<Utc>>),
    ) -> Self {
        Self {
            owner_id: ids::stored(owner.ulid()),
            conversation_id: ids::stored(conversation.ulid()),
            token: ids::stored(leaving.turn.token),
            size: i32::try_from(turn.messages.len()).unwrap_or(i32::MAX),
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

/// Stores a turn within the transaction of another store.
pub(super) async fn store_turn(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    conversation: ConversationId,
    turn: &FinishedTurn,
    leaving: (Leaving, Option<DateTime<Utc>>),
) -> QueryResult<StoredRow> {
    let arrays = Arrays::from(turn);
    let store = StoreTurn::of(owner, conversation, turn, &arrays, leaving);
    store.fetch_one(connection).await
}

#[async_trait::async_trait]
impl TurnStore for PgTurns {
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        turn: &FinishedTurn,
        leaving: Leaving,
    ) -> Result<StoredTurn> {
        let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
        let arrays = Arrays::from(turn);
        let due = self.new_titles.due(turn.now);
        let store = StoreTurn::of(owner, conversation, turn, &arrays, (leaving, due));
        let last = |place: &StoredRow| {
            let last_message = turn.messages.last()?;
            let sequence = Sequence(place.last?.cast_unsigned());
            Some(ItemId::at(last_message.seed, sequence))
        };
        let reply = |place: &StoredRow| last(place).filter(|_| turn.has_reply);
        let work = async |connection: &mut AsyncPgConnection| -> QueryResult<StoredRow> {
            if !leaving.is_cancelled {
                return store.fetch_one(connection).await;
            }
            let work = async |connection: &mut AsyncPgConnection| {
                let place: StoredRow = store.fetch_one(connection).await?;
                if last(&place).is_some() {
                    turn_queue::remember(connection, leaving, reply(&place)).await?;
                }
                Ok(place)
            };
            connection.transaction(work).await
        };
        let made = |place: &StoredRow| {
            last(place).map(|item| Outcome::done(Made::Turn(conversation, item)))
        };
        let whose = Whose::from(owner).writing(arrays.bytes());
        let stored = self.database.effect(whose, work, made).await?;
        let stored = stored.map_err(storage)?;
        if !stored.was_there {
            return Ok(StoredTurn::Overtaken);
        }
        if stored.last.is_some() {
            let title = stored.title.as_deref().map(Title::stored).transpose();
            let title = title.map_err(super::error::inconsistent)?;
            return Ok(StoredTurn::Done { title });
        }
        self.full_or_absent(owner, key).await
    }

    async fn take_back(
        &self,
        owner: OwnerId,
        made: &Conversation,
        turn: Option<QueuedTurn>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        take_back(&self.database, owner, made, turn, now).await
    }
}

impl PgTurns {
    #[must_use]
    pub fn new(database: Database, new_titles: NewTitles) -> Self {
        Self {
            database,
            new_titles,
        }
    }

    /// Finds the reason why the turn was not stored.
    async fn full_or_absent(&self, owner: OwnerId, key: (Uuid, Uuid)) -> Result<StoredTurn> {
        let exists = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
        let exists = self
            .database
            .run(owner, async |connection| exists.fetch_one(connection).await);
        match exists.await? {
            true => Ok(StoredTurn::Full),
            false => Ok(StoredTurn::NoConversation),
        }
    }
}

/// The messages as one array per column.
struct Arrays<'a> {
    /// The part of each id that is known before its number.
    seeds: Vec<Vec<u8>>,
    roles: Vec<i16>,
    models: Vec<Option<&'a str>>,
    contents: Vec<&'a str>,
    reasonings: Vec<Option<&'a str>>,
    parts: PartArrays<'a>,
}

impl<'a> From<&'a FinishedTurn> for Arrays<'a> {
    fn from(turn: &'a FinishedTurn) -> Self {
        let each = turn.messages.iter();
        let seed = |ulid: ulid::Ulid| {
            let [seed @ .., _, _, _, _] = ulid.0.to_be_bytes();
            seed.to_vec()
        };
        Self {
            seeds: each.clone().map(|message| seed(message.seed)).collect(),
            roles: each
                .clone()
                .map(|message| stored_role(message.role))
                .collect(),
            models: each
                .clone()
                .map(|message| message.model.as_deref())
                .collect(),
            reasonings: each
                .clone()
                .map(|message| message.reasoning.as_deref())
                .collect(),
            contents: each
                .clone()
                .map(|message| message.content.stored_text())
                .collect(),
            parts: each.map(|message| &message.content).collect(),
        }
    }
}

impl Arrays<'_> {
    /// The size of the texts, parts and thoughts in bytes.
    fn bytes(&self) -> usize {
        let texts = self.contents.iter();
        let thoughts = self.reasonings.iter().flatten();
        let texts: usize = texts.chain(thoughts).map(|text| text.len()).sum();
        texts + self.parts.bytes()
    }
}

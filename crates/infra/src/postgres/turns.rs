use super::database::Database;
use super::error::storage;
use super::ids;
use super::items::rows::stored_role;
use super::schema::conversations;
use super::statement::statement;
use super::titles::NewTitles;
use super::work::Whose;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::AsyncPgConnection;
use domain::chat::{StoredTurn, Turn, TurnStore};
use domain::conversations::Title;
use domain::error::{Error, Result};
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::repeats::{Made, Outcome};
use uuid::Uuid;

/// Turns in PostgreSQL.
pub struct PgTurns {
    database: Database,
    new_titles: NewTitles,
}

statement!(
    /// As the append of one message does it: the row's lock gives the numbers, so the limit is
    /// exact, and all of it is stored or nothing.
    StoreTurn<'a> {
        size: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        seeds: &'a [Vec<u8>] => Array<Binary>,
        roles: &'a [i16] => Array<SmallInt>,
        models: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        contents: &'a [&'a str] => Array<Text>,
        reasonings: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> (Nullable<Text>, Integer),
    "with place as (
        update conversations set
            item_count = item_count + $1,
            last_sequence = last_sequence + $1,
            updated_at = greatest(updated_at, $2),
            title_source = case when title is null and $3 is not null then 2 else title_source end,
            title = coalesce(title, $3)
        where owner_id = $4 and id = $5 and item_count + $1 <= 10000
        returning owner_id, id, last_sequence - $1 as before, last_sequence as last, title,
            title_source = 2 and title = $3 as named
    ),
    stored as (
        insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
            model, content, reasoning, reasoning_version)
        select p.owner_id, p.id, encode(t.seed || int4send(p.before + t.place::int), 'hex')::uuid,
            $2, $2, p.before + t.place::int, t.role, t.model, t.content, t.reasoning,
            case when t.model is not null or t.reasoning is not null then 1 end
        from place p, unnest($6, $7, $8, $9, $10) with ordinality
            as t(seed, role, model, content, reasoning, place)
    ),
    queued as (
        insert into jobs (owner_id, kind, key, conversation_id, created_at, due_at)
        select owner_id, 2, id, id, $2, $11 from place
        where named and $11 is not null
        on conflict do nothing
    )
    select title, last from place"
);

#[async_trait::async_trait]
impl TurnStore for PgTurns {
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        turn: &Turn,
    ) -> Result<StoredTurn> {
        let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
        let columns = Columns::from(turn);
        let thoughts: usize = columns
            .reasonings
            .iter()
            .flatten()
            .map(|text| text.len())
            .sum();
        let texts: usize = columns.contents.iter().map(|content| content.len()).sum();
        let size = texts + thoughts;
        let store = StoreTurn {
            size: i32::try_from(turn.messages.len())
                .map_err(|error| Error::Internal(error.into()))?,
            now: turn.now,
            title: turn.title.as_ref().map(Title::as_str),
            owner_id: key.0,
            conversation_id: key.1,
            seeds: &columns.seeds,
            roles: &columns.roles,
            models: &columns.models,
            contents: &columns.contents,
            reasonings: &columns.reasonings,
            titles_due: self.new_titles.due(turn.now),
        };
        type Place = (Option<String>, i32);
        let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Option<Place>> {
            store.fetch_optional(connection).await
        };
        let made = |place: &Option<Place>| {
            let (_, last) = place.as_ref()?;
            let reply = turn.messages.last()?;
            let reply = ItemId::at(reply.seed, Sequence(last.cast_unsigned()));
            Some(Outcome::done(Made::Turn(conversation, reply)))
        };
        let whose = Whose::from(owner).writing(size);
        let stored = self.database.effect(whose, work, made).await?;
        if let Some((title, _)) = stored.map_err(storage)? {
            let title = title.as_deref().map(Title::stored).transpose();
            let title = title.map_err(super::error::inconsistent)?;
            return Ok(StoredTurn::Done { title });
        }
        let exists = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
        match self
            .database
            .run(owner, async |connection| exists.fetch_one(connection).await)
            .await?
        {
            true => Ok(StoredTurn::Full),
            false => Ok(StoredTurn::NoConversation),
        }
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
}

/// The messages as one array per column.
struct Columns<'a> {
    /// The part of each id that is known before its number is.
    seeds: Vec<Vec<u8>>,
    roles: Vec<i16>,
    models: Vec<Option<&'a str>>,
    contents: Vec<&'a str>,
    reasonings: Vec<Option<&'a str>>,
}

impl<'a> From<&'a Turn> for Columns<'a> {
    fn from(turn: &'a Turn) -> Self {
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
            contents: each.map(|message| message.content.as_str()).collect(),
        }
    }
}

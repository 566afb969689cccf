//! The turns of chats: a client's messages and the model's reply, stored together.

mod arrays;
mod statements;
mod steps;

use super::database::Database;
use super::error::{after_work, storage};
use super::row_keys::{ConversationKey, key};
use super::schema::conversations;
use super::titles::NewTitles;
use super::turn_queue;
use super::withdraw::withdraw;
use super::work::WorkRequest;
use crate::postgres::execute::Execute as _;
use arrays::TurnArrays;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::chat::{FinishedTurn, StoredTurn, TurnStore};
use domain::conversations::Conversation;
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::repeats::{Made, Outcome};
use domain::title::Title;
use domain::turns::{Leaving, QueuedTurn};
use statements::{StoreTurn, StoredRow};

/// The turns of chats in PostgreSQL.
pub struct PgChats {
    database: Database,
    new_titles: NewTitles,
}

/// Stores a turn within the transaction of another store. Its messages get numbers after `after`.
pub(super) async fn store_turn(
    connection: &mut AsyncPgConnection,
    (owner, conversation): (OwnerId, ConversationId),
    turn: &FinishedTurn,
    leaving: (Leaving, Option<DateTime<Utc>>),
    after: Sequence,
    is_divided: bool,
) -> QueryResult<StoredRow> {
    let arrays = TurnArrays::from(turn);
    let store = StoreTurn::of(owner, conversation, turn, &arrays, leaving, after);
    stored(connection, &store, is_divided).await
}

/// Stores a turn by one statement, or step by step where Citus keeps the tables in parts.
async fn stored(
    connection: &mut AsyncPgConnection,
    store: &StoreTurn<'_>,
    is_divided: bool,
) -> QueryResult<StoredRow> {
    match is_divided {
        false => store.clone().fetch_one(connection).await,
        true => steps::store(connection, store).await,
    }
}

#[async_trait::async_trait]
impl TurnStore for PgChats {
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        turn: &FinishedTurn,
        leaving: Leaving,
    ) -> Result<StoredTurn> {
        let key = key(owner, conversation);
        let arrays = TurnArrays::from(turn);
        let due = self.new_titles.due(turn.now);
        let leaving_at = (leaving, due);
        let store = StoreTurn::of(owner, conversation, turn, &arrays, leaving_at, Sequence(0));
        let last = |row: &StoredRow| {
            let last_message = turn.messages.last()?;
            let sequence = Sequence(row.last?.cast_unsigned());
            Some(ItemId::at(last_message.seed, sequence))
        };
        let reply = |row: &StoredRow| last(row).filter(|_| turn.has_reply);
        let is_divided = self.database.is_divided();
        let work = async |connection: &mut AsyncPgConnection| -> QueryResult<StoredRow> {
            if !leaving.is_cancelled {
                return stored(connection, &store, is_divided).await;
            }
            let work = async |connection: &mut AsyncPgConnection| {
                let row = stored(connection, &store, is_divided).await?;
                if last(&row).is_some() {
                    turn_queue::remember(connection, leaving, reply(&row)).await?;
                }
                Ok(row)
            };
            connection.transaction(work).await
        };
        let made =
            |row: &StoredRow| last(row).map(|item| Outcome::done(Made::Turn(conversation, item)));
        let request = WorkRequest::from(owner).writing(arrays.bytes());
        let stored = self.database.effect(request, work, made).await?;
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

    async fn withdraw(
        &self,
        owner: OwnerId,
        made: &Conversation,
        turn: Option<QueuedTurn>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        withdraw(&self.database, owner, made, turn, now).await
    }
}

impl PgChats {
    #[must_use]
    pub fn new(database: Database, new_titles: NewTitles) -> Self {
        Self {
            database,
            new_titles,
        }
    }

    /// Finds the reason why the turn was not stored.
    async fn full_or_absent(&self, owner: OwnerId, key: ConversationKey) -> Result<StoredTurn> {
        let exists = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
        let exists = self
            .database
            .run(owner, async |connection| exists.fetch_one(connection).await);
        match exists.await.map_err(after_work)? {
            true => Ok(StoredTurn::Full),
            false => Ok(StoredTurn::NoConversation),
        }
    }
}

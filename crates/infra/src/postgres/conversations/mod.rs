mod delete;
pub(super) mod expected;
mod open;
mod organise;
mod pages;
pub(super) mod statements;
mod steps;
mod write;

use super::conversation_rows::rows::ConversationRow;
use super::database::Database;
use super::error::{storage, violates};
use super::exists;
use super::item_rows::arrays::ItemArrays;
use super::item_rows::rows::ItemRow;
use super::item_rows::texts::Bytes as _;
use super::row_keys::key;
use super::schema::conversations;
use super::search;
use super::titles::NewTitles;
use super::work::{WorkRequest, reading};
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::conversations::{
    Change, Conversation, ConversationChanges, ConversationList, ConversationOpening,
    ConversationStore, IdRange, NewConversation, Organising, Updated,
};
use domain::error::{Error, Result, Unauthenticated};
use domain::id::{ConversationId, OwnerId};
use domain::items::Item;
use domain::page::Page;
use domain::repeats::{Made, Outcome};
use domain::state::{Checked, Expected};

use write::{ChangedRow, Insert};

/// The constraint that a conversation's project exists and belongs to its owner.
pub(super) const PROJECT: &str = "conversations_owner_id_project_id_fkey";

/// Conversations in PostgreSQL.
pub struct PgConversations {
    database: Database,
    new_titles: NewTitles,
}

impl PgConversations {
    #[must_use]
    pub fn new(database: Database, new_titles: NewTitles) -> Self {
        Self {
            database,
            new_titles,
        }
    }
}

#[async_trait::async_trait]
impl ConversationStore for PgConversations {
    async fn insert(&self, conversation: &NewConversation, items: &[Item]) -> Result<bool> {
        let made = |rows: &usize| {
            let id = conversation.conversation.id;
            (*rows > 0).then(|| Outcome::created(Made::Conversation(id)))
        };
        let insert = Insert::from(conversation);
        let inserted = if items.is_empty() {
            let work = async |connection: &mut AsyncPgConnection| insert.write(connection).await;
            let owner = conversation.owner_id;
            self.database.effect(owner, work, made).await?
        } else {
            let arrays = ItemArrays::from(items);
            let bytes = items.iter().map(Item::bytes).sum();
            let request = WorkRequest::from(conversation.owner_id).writing(bytes);
            let due = self.new_titles.due(conversation.conversation.created_at);
            let insert = insert.with(&arrays, due);
            let is_divided = self.database.is_divided();
            let work = async |connection: &mut AsyncPgConnection| match is_divided {
                false => insert.write(connection).await,
                true => steps::insert_with_items(connection, &insert).await,
            };
            self.database.effect(request, work, made).await?
        };
        match inserted {
            Ok(0) => Err(Error::Unauthenticated(Unauthenticated::Invalid)),
            Ok(_) => Ok(true),
            Err(error) if violates(&error, PROJECT) => Ok(false),
            Err(error) => Err(storage(error)),
        }
    }

    async fn outline(&self, owner: OwnerId, id: ConversationId) -> Result<Option<Conversation>> {
        let query = conversations::table
            .find(key(owner, id))
            .select(ConversationRow::as_select());
        let found: Option<ConversationRow> = self
            .database
            .run(reading(owner), async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        found.map(Conversation::try_from).transpose()
    }

    async fn find_with_items(
        &self,
        owner: OwnerId,
        id: ConversationId,
    ) -> Result<Option<ConversationOpening>> {
        let key = key(owner, id);
        let found = self
            .database
            .read(
                reading(owner),
                async |connection| open::load(connection, key).await,
                |found| {
                    let found = found.as_ref();
                    found.map_or(0, |found| ItemRow::largest(&found.items))
                },
            )
            .await?;
        found.map(open::opening).transpose()
    }

    async fn list(
        &self,
        owner: OwnerId,
        list: &ConversationList,
    ) -> Result<Option<Page<Conversation>>> {
        let rows = self
            .database
            .run(reading(owner), async |connection| {
                pages::load(connection, owner, list).await
            })
            .await?;
        if rows.is_empty() && !exists::project(&self.database, owner, list.project_id).await? {
            return Ok(None);
        }
        let data = rows
            .into_iter()
            .map(Conversation::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(Page::of(data, list.limit, Conversation::text_bytes)))
    }

    async fn count(&self, owner: OwnerId, list: &ConversationList, most: u64) -> Result<u64> {
        let count: i64 = self
            .database
            .run(reading(owner), async |connection| {
                pages::count(connection, owner, list, most).await
            })
            .await?;
        Ok(count.unsigned_abs())
    }

    async fn update(
        &self,
        owner: OwnerId,
        id: ConversationId,
        changes: &ConversationChanges,
        expected: &Expected,
    ) -> Result<Updated> {
        let key = key(owner, id);
        let update = diesel::update(conversations::table.find(key))
            .set(ChangedRow::from(changes))
            .returning(ConversationRow::as_returning());
        let is_renamed = changes.title != Change::Keep;
        let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Checked<Option<ConversationRow>>> {
            if expected.is_any() && !is_renamed {
                return Ok(Checked::Done(update.fetch_optional(connection).await?));
            }
            let work = async |connection: &mut AsyncPgConnection| {
                if !expected.is_any() && !expected::holds(connection, key, expected).await? {
                    return Ok(Checked::Stale);
                }
                let updated = update.fetch_optional(connection).await?;
                if is_renamed {
                    search::note_rename(connection, key).await?;
                }
                QueryResult::Ok(Checked::Done(updated))
            };
            connection.transaction(work).await
        };
        let made = |row: &Checked<Option<ConversationRow>>| match row {
            Checked::Done(Some(_)) => Some(Outcome::done(Made::Conversation(id))),
            Checked::Done(None) | Checked::Stale => None,
        };
        let updated = self.database.effect(owner, work, made).await?;
        match updated {
            Ok(Checked::Done(Some(row))) => Ok(Updated::Done(Box::new(row.try_into()?))),
            Ok(Checked::Done(None)) => Ok(Updated::NoConversation),
            Ok(Checked::Stale) => Ok(Updated::Stale),
            Err(error) if violates(&error, PROJECT) => Ok(Updated::NoProject),
            Err(error) => Err(storage(error)),
        }
    }

    async fn delete(
        &self,
        owner: OwnerId,
        ids: &[ConversationId],
        now: DateTime<Utc>,
    ) -> Result<Vec<ConversationId>> {
        delete::delete(&self.database, owner, ids, now).await
    }

    async fn delete_expected(
        &self,
        owner: OwnerId,
        id: ConversationId,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Checked<bool>> {
        delete::delete_expected(&self.database, owner, id, expected, now).await
    }

    async fn delete_range(
        &self,
        owner: OwnerId,
        range: IdRange,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<Option<(ConversationId, u64)>> {
        delete::delete_range(&self.database, owner, range, most, now).await
    }

    async fn organise(
        &self,
        owner: OwnerId,
        ids: &[ConversationId],
        organising: &Organising,
    ) -> Result<Option<Vec<ConversationId>>> {
        organise::organise(&self.database, owner, ids, organising).await
    }
}

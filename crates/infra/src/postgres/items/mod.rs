mod append;
pub(super) mod arrays;
mod export;
mod group;
pub(super) mod key;
mod lanes;
mod pages;
pub(super) mod revise;
pub(super) mod roles;
pub(super) mod rows;
mod several;
pub(super) mod statements;
pub(super) mod texts;
mod version_rows;

use super::conversations::exists::exists;
use super::database::Database;
use super::error::storage;
use super::titles::NewTitles;
use super::work::Whose;
use crate::postgres::execute::Execute as _;
use append::Append;
use chrono::{DateTime, Utc};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::items::{
    Appended, Batch, CallId, Deleted, ExportEntry, ExportPlace, Item, ItemList, ItemStore,
    PendingItem, Present, Revised, Revision, Version, VersionList,
};
use domain::page::Page;
use domain::repeats::{self, Made};
use domain::state::Expected;
use group::Group;
use key::{ConversationKey, ItemKey, key};
use rows::{Row, item, items};
use statements::Entry;
use std::sync::Arc;
use texts::Bytes as _;
use tokio::time::Instant;
use version_rows::VersionRow;

/// Items in PostgreSQL.
pub struct PgItems {
    database: Database,
    group: Group,
    new_titles: NewTitles,
}

#[async_trait::async_trait]
impl ItemStore for PgItems {
    async fn append(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        pending: Arc<PendingItem>,
    ) -> Result<Appended> {
        let append = Append {
            owner,
            key: key(owner, conversation),
            pending,
        };
        // An append that may be repeated is recorded in its own transaction, so it cannot be in a
        // group.
        if append.is_groupable() && repeats::current()?.is_none() {
            self.group.append(append).await
        } else {
            append
                .alone(&self.database, self.new_titles, Instant::now())
                .await
        }
    }

    async fn append_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        batch: &Batch,
    ) -> Result<Appended> {
        let key = key(owner, conversation);
        append::all(&self.database, self.new_titles, (owner, key), batch).await
    }

    async fn find(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Result<Option<Option<Item>>> {
        let ItemKey {
            owner_id,
            conversation_id,
            sequence,
            id,
        } = ItemKey::new(owner, conversation, id);
        let query = statements::FindById {
            sequence,
            id,
            owner_id,
            conversation_id,
        };
        let found = self
            .database
            .run(owner, async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        found.map(item).transpose()
    }

    async fn find_by_call_id(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_id: &CallId,
    ) -> Result<Option<Option<Item>>> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::FindByCallId {
            call_id: call_id.as_str(),
            owner_id,
            conversation_id,
        };
        let found = self
            .database
            .run(owner, async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        found.map(item).transpose()
    }

    async fn find_by_call_ids(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_ids: &[&CallId],
    ) -> Result<Option<Present>> {
        let call_ids: Vec<_> = call_ids.iter().map(|call_id| call_id.as_str()).collect();
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::FindByCallIds {
            call_ids: &call_ids,
            most: several::MOST,
            owner_id,
            conversation_id,
        };
        let work = async |connection: &mut AsyncPgConnection| query.fetch_all(connection).await;
        several::present(self.database.run(owner, work).await?)
    }

    async fn find_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ids: &[ItemId],
    ) -> Result<Option<Present>> {
        let numbers = ids.iter().map(|id| i32::try_from(id.sequence().0));
        let numbers: Vec<_> = numbers.filter_map(std::result::Result::ok).collect();
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::FindBySequences {
            sequences: &numbers,
            most: several::MOST,
            owner_id,
            conversation_id,
        };
        let work = async |connection: &mut AsyncPgConnection| query.fetch_all(connection).await;
        several::present(self.database.run(owner, work).await?)
    }

    async fn list(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: &ItemList,
    ) -> Result<Option<Page<Item>>> {
        let key = key(owner, conversation);
        let rows = self
            .database
            .read(
                owner,
                async |connection| pages::items(connection, key, list).await,
                |rows: &Vec<Row>| Row::largest(rows),
            )
            .await?;
        if rows.is_empty() && !self.exists(key).await? {
            return Ok(None);
        }
        let data = items(rows)?;
        Ok(Some(Page::of(data, list.limit, |item| {
            item.content.as_str().len()
        })))
    }

    async fn batch(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: Sequence,
        last: Sequence,
    ) -> Result<Option<Vec<Item>>> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::Batch {
            owner_id,
            conversation_id,
            after: after.0.cast_signed(),
            last: last.0.cast_signed(),
        };
        let rows = self
            .database
            .read(
                owner,
                async |connection| query.fetch_all(connection).await,
                |rows: &Vec<Row>| Row::largest(rows),
            )
            .await?;
        if rows.is_empty() && !self.exists((owner_id, conversation_id)).await? {
            return Ok(None);
        }
        items(rows).map(Some)
    }

    async fn revise(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        revision: &Revision,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Revised> {
        let key = ItemKey::new(owner, conversation, id);
        let work = async |connection: &mut AsyncPgConnection| {
            revise::revise(connection, key, revision, expected, now).await
        };
        let whose = Whose::from(owner).writing(match revision {
            Revision::Edit(content) => content.as_str().len(),
            // The length of the restored text is not known here.
            Revision::Restore(_) => 0,
        });
        let made = |outcome: &revise::Outcome| match outcome {
            revise::Outcome::Done(_) => Some(repeats::Outcome::done(Made::Item(conversation, id))),
            _ => None,
        };
        let work = async |connection: &mut AsyncPgConnection| connection.transaction(work).await;
        match self
            .database
            .effect(whose, work, made)
            .await?
            .map_err(storage)?
        {
            revise::Outcome::Done(row) => Ok(Revised::Done(row.try_into()?)),
            revise::Outcome::NoConversation => Ok(Revised::NoConversation),
            revise::Outcome::NoItem => Ok(Revised::NoItem),
            revise::Outcome::NoVersion => Ok(Revised::NoVersion),
            revise::Outcome::Stale => Ok(Revised::Stale),
        }
    }

    async fn versions(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        list: &VersionList,
    ) -> Result<Page<Version>> {
        let key = ItemKey::new(owner, conversation, id);
        let rows = self
            .database
            .read(
                owner,
                async |connection| pages::versions(connection, key, list).await,
                |rows: &Vec<VersionRow>| VersionRow::largest(rows),
            )
            .await?;
        let data = rows
            .into_iter()
            .map(Version::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(data, list.limit, |version| {
            version.content.as_str().len()
        }))
    }

    async fn delete(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Deleted> {
        let key = ItemKey::new(owner, conversation, id);
        let work = async |connection: &mut AsyncPgConnection| {
            revise::delete(connection, key, expected, now).await
        };
        self.database
            .run(owner, async |connection| connection.transaction(work).await)
            .await
    }

    async fn export(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: ExportPlace,
        last: Sequence,
    ) -> Result<Option<Vec<ExportEntry>>> {
        let key = key(owner, conversation);
        let entries = self
            .database
            .read(
                owner,
                async |connection| export::load(connection, key, after, last).await,
                |entries: &Vec<Entry>| {
                    VersionRow::largest(entries.iter().map(|entry| &entry.version))
                },
            )
            .await?;
        if entries.is_empty() && !self.exists(key).await? {
            return Ok(None);
        }
        entries
            .into_iter()
            .map(export::entry)
            .collect::<Result<_>>()
            .map(Some)
    }
}

impl PgItems {
    /// Must be called on the runtime that writes the groups of appends; that runtime must live as
    /// long as this is used.
    #[must_use]
    pub fn new(database: Database, new_titles: NewTitles) -> Self {
        let group = Group::start(database.clone(), new_titles);
        Self {
            database,
            group,
            new_titles,
        }
    }

    async fn exists(&self, key: ConversationKey) -> Result<bool> {
        exists(&self.database, key).await
    }
}

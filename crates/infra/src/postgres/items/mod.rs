mod anywhere;
mod append;
mod batch;
mod delete;
mod export;
mod found_items;
mod group;
mod lanes;
pub(super) mod lock;
mod pages;
mod revise;
pub(super) mod statements;
mod steps;
mod version_rows;

use super::database::Database;
use super::item_rows::rows::lookup;
use super::row_keys::{ItemKey, key};
use super::titles::NewTitles;
use super::traced;
use super::work::reading;
use crate::postgres::execute::Execute as _;
use append::Append;
use chrono::{DateTime, Utc};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::items::{
    Appended, Batch, CallId, Deleted, ExportCursor, ExportEntry, Item, ItemList, ItemLookup,
    ItemStore, PendingItem, Present, Revised, Revision, Version, VersionList,
};
use domain::page::Page;
use domain::repeats;
use domain::state::Expected;
use group::Group;
use std::sync::Arc;
use tokio::time::Instant;
use tracing::Instrument as _;

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
        // group; nor can one of several nodes.
        let is_alone = repeats::current()?.is_some() || self.database.is_divided();
        if append.is_groupable() && !is_alone {
            // One statement serves many requests, so each gets a separate span.
            self.group.append(append).instrument(traced::span()).await
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
    ) -> Result<ItemLookup> {
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
            .run(reading(owner), async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        lookup(found)
    }

    async fn last(&self, owner: OwnerId, conversation: ConversationId) -> Result<Option<Sequence>> {
        pages::last(&self.database, owner, conversation).await
    }

    async fn find_anywhere(&self, owner: OwnerId, id: ItemId) -> Result<Option<Item>> {
        anywhere::find(&self.database, owner, id).await
    }

    async fn find_by_call_id(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_id: &CallId,
    ) -> Result<ItemLookup> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::FindByCallId {
            call_id: call_id.as_str(),
            owner_id,
            conversation_id,
        };
        let found = self
            .database
            .run(reading(owner), async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        lookup(found)
    }

    async fn find_by_call_ids(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        call_ids: &[&CallId],
    ) -> Result<Option<Present>> {
        found_items::by_call_ids(&self.database, owner, key(owner, conversation), call_ids).await
    }

    async fn find_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ids: &[ItemId],
    ) -> Result<Option<Present>> {
        found_items::by_ids(&self.database, owner, key(owner, conversation), ids).await
    }

    async fn list(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: &ItemList,
    ) -> Result<Option<Page<Item>>> {
        pages::list(&self.database, owner, key(owner, conversation), list).await
    }

    async fn batch(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: Sequence,
        last: Sequence,
    ) -> Result<Option<Vec<Item>>> {
        batch::load(&self.database, owner, key(owner, conversation), after, last).await
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
        let item = (owner, conversation, id);
        revise::revise(&self.database, item, revision, expected, now).await
    }

    async fn versions(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        list: &VersionList,
    ) -> Result<Page<Version>> {
        let key = ItemKey::new(owner, conversation, id);
        pages::list_versions(&self.database, owner, key, list).await
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
            delete::delete(connection, key, expected, now).await
        };
        self.database
            .run(owner, async |connection| connection.transaction(work).await)
            .await
    }

    async fn export(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: ExportCursor,
        last: Sequence,
    ) -> Result<Option<Vec<ExportEntry>>> {
        export::load(&self.database, owner, key(owner, conversation), after, last).await
    }
}

impl PgItems {
    /// The store of items in this database, with its own groups of appends: a service has one.
    #[must_use]
    pub fn new(database: Database, new_titles: NewTitles) -> Self {
        let group = Group::new(database.clone(), new_titles);
        Self {
            database,
            group,
            new_titles,
        }
    }
}

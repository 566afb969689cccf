mod pages;
mod revise;
pub(super) mod rows;
mod statements;

use super::database::Database;
use super::error::{storage, violates};
use super::ids;
use super::schema::conversations;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::items::{
    Appended, Author, CallId, Deleted, ExportEntry, ExportPlace, Item, ItemList, ItemStore,
    PendingItem, Revised, Revision, Version, VersionList,
};
use domain::page::Page;
use rows::{HeadRow, Row, VersionRow};
use uuid::Uuid;

/// The index that keeps call ids apart.
const CALL_ID: &str = "items_by_call_id";

/// Items in PostgreSQL.
pub struct PgItems(pub Database);

/// An owner's conversation, as the database knows the two.
type Key = (Uuid, Uuid);

/// An item of an owner's conversation, as the database knows the three.
#[derive(Clone, Copy)]
struct ItemKey {
    owner_id: Uuid,
    conversation_id: Uuid,
    sequence: i32,
    id: Uuid,
}

impl ItemKey {
    fn new(owner: OwnerId, conversation: ConversationId, id: ItemId) -> Self {
        let (owner_id, conversation_id) = key(owner, conversation);
        // A number beyond what the database counts to was never given.
        let sequence = i32::try_from(id.sequence().0).unwrap_or_default();
        Self {
            owner_id,
            conversation_id,
            sequence,
            id: ids::stored(id.ulid()),
        }
    }
}

fn key(owner: OwnerId, conversation: ConversationId) -> Key {
    (ids::stored(owner.ulid()), ids::stored(conversation.ulid()))
}

#[async_trait::async_trait]
impl ItemStore for PgItems {
    async fn append(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        pending: &PendingItem,
    ) -> Result<Appended> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let seed = pending.seed.0.to_be_bytes();
        let (seed, _) = seed.split_at(12);
        let author_id = match pending.author {
            Author::Owner => None,
            Author::Link { user_id } => Some(ids::stored(user_id.ulid())),
        };
        let append = statements::Append {
            now: pending.now,
            title: pending.title.as_ref().map(|title| title.as_str()),
            owner_id,
            conversation_id,
            seed,
            role: rows::stored_role(pending.item.role),
            author_id,
            call_id: pending.item.call_id.as_ref().map(CallId::as_str),
            content: pending.item.content.as_str(),
        };
        let appended = self
            .0
            .attempt(async |connection| append.get_result::<i32>(connection).await.optional())
            .await?;
        match appended {
            Ok(Some(sequence)) => Ok(Appended::At(Sequence(sequence.cast_unsigned()))),
            Ok(None) if self.exists((owner_id, conversation_id)).await? => Ok(Appended::Full),
            Ok(None) => Ok(Appended::NoConversation),
            Err(error) if violates(&error, CALL_ID) => Ok(Appended::CallIdTaken),
            Err(error) => Err(storage(error)),
        }
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
            .0
            .run(async |connection| query.get_result(connection).await.optional())
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
            .0
            .run(async |connection| query.get_result(connection).await.optional())
            .await?;
        found.map(item).transpose()
    }

    async fn list(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: &ItemList,
    ) -> Result<Option<Page<Item>>> {
        let key = key(owner, conversation);
        let rows = self
            .0
            .run(async |connection| pages::items(connection, key, list).await)
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
        let rows: Vec<Row> = self
            .0
            .run(async |connection| query.load(connection).await)
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
        now: DateTime<Utc>,
    ) -> Result<Revised> {
        let key = ItemKey::new(owner, conversation, id);
        let work = async |connection: &mut AsyncPgConnection| {
            revise::revise(connection, key, revision, now).await
        };
        match self
            .0
            .run(async |connection| connection.transaction(work).await)
            .await?
        {
            revise::Outcome::Done(row) => Ok(Revised::Done(row.try_into()?)),
            revise::Outcome::NoConversation => Ok(Revised::NoConversation),
            revise::Outcome::NoItem => Ok(Revised::NoItem),
            revise::Outcome::NoVersion => Ok(Revised::NoVersion),
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
            .0
            .run(async |connection| pages::versions(connection, key, list).await)
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
        now: DateTime<Utc>,
    ) -> Result<Deleted> {
        let key = ItemKey::new(owner, conversation, id);
        let work =
            async |connection: &mut AsyncPgConnection| revise::delete(connection, key, now).await;
        self.0
            .run(async |connection| connection.transaction(work).await)
            .await
    }

    async fn export(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: ExportPlace,
        last: Sequence,
    ) -> Result<Option<Vec<ExportEntry>>> {
        type Entry = (i32, i32, VersionRow, Option<HeadRow>);
        let (owner_id, conversation_id) = key(owner, conversation);
        let query = statements::Export {
            owner_id,
            conversation_id,
            sequence: after.sequence.0.cast_signed(),
            last: last.0.cast_signed(),
            place: after.version.cast_signed(),
        };
        let rows: Vec<Entry> = self
            .0
            .run(async |connection| query.load(connection).await)
            .await?;
        if rows.is_empty() && !self.exists((owner_id, conversation_id)).await? {
            return Ok(None);
        }
        let entries = rows
            .into_iter()
            .map(|(sequence, _, version, head)| match head {
                Some(head) => Ok(ExportEntry::Item(head.with(version).try_into()?)),
                None => Ok(ExportEntry::Earlier {
                    sequence: Sequence(sequence.cast_unsigned()),
                    version: version.try_into()?,
                }),
            });
        entries.collect::<Result<_>>().map(Some)
    }
}

impl PgItems {
    async fn exists(&self, key: Key) -> Result<bool> {
        let query = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
        self.0
            .run(async |connection| query.get_result(connection).await)
            .await
    }
}

fn item(row: Option<Row>) -> Result<Option<Item>> {
    row.map(Item::try_from).transpose()
}

fn items(rows: Vec<Row>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}

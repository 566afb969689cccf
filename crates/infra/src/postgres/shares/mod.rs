mod list;
mod rows;
mod statements;
pub(super) mod sweep;
mod view;

use super::conversations::rows as conversation_rows;
use super::database::Database;
use super::error::{storage, violates};
use super::ids;
use super::items::{exists, key::ItemKey};
use super::schema::items;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::auth::Digest;
use domain::conversations::{Conversation, Title};
use domain::error::{Error, Result, Unauthenticated};
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::page::Page;
use domain::shares::{
    Added, Addition, Fork, Found, Inserted, NewShare, Revoked, Share, ShareKey, ShareList,
    ShareStore, ViewPage,
};
use uuid::Uuid;

/// The constraint that no more messages come through a link than may.
const ADDED: &str = "shares_added_count_check";

/// Share links in PostgreSQL.
pub struct PgShares(pub Database);

#[async_trait::async_trait]
impl ShareStore for PgShares {
    async fn insert(&self, share: &NewShare) -> Result<Inserted> {
        let insert = statements::Insert::from(share);
        let title: Option<Option<String>> = match share.item {
            None => {
                let insert = statements::Insert::from(share);
                self.0
                    .run(async |connection| insert.get_result(connection).await.optional())
                    .await?
            }
            Some(item) => {
                let insert = insert.of(item);
                self.0
                    .run(async |connection| insert.get_result(connection).await.optional())
                    .await?
            }
        };
        match title {
            Some(title) => Ok(Inserted::Done(rows::title(title)?)),
            None => self.not_inserted(share).await,
        }
    }

    async fn list(&self, owner: OwnerId, list: &ShareList) -> Result<Option<Page<Share>>> {
        let rows = self
            .0
            .run(async |connection| list::load(connection, owner, list).await)
            .await?;
        if let (true, Some(conversation)) = (rows.is_empty(), list.conversation) {
            let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
            if !exists(&self.0, key).await? {
                return Ok(None);
            }
        }
        let data = rows
            .into_iter()
            .map(Share::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(Page::of(data, list.limit, |share| {
            share.title.as_ref().map_or(0, |title| title.as_str().len())
        })))
    }

    async fn revoke(
        &self,
        owner: OwnerId,
        conversation: Option<ConversationId>,
        digest: Digest,
        now: DateTime<Utc>,
    ) -> Result<Revoked> {
        let owner_id = ids::stored(owner.ulid());
        let conversation_id = conversation.map(|id| ids::stored(id.ulid()));
        let revoke = statements::Revoke {
            now,
            digest: &digest.0,
            owner_id,
            conversation_id,
        };
        let revoked = self
            .0
            .run(async |connection| revoke.execute(connection).await)
            .await?;
        match conversation_id {
            _ if revoked > 0 => Ok(Revoked::Done),
            Some(id) if !exists(&self.0, (owner_id, id)).await? => Ok(Revoked::NoConversation),
            _ => Ok(Revoked::NoShare),
        }
    }

    async fn find(&self, digest: Digest, page: &ViewPage, now: DateTime<Utc>) -> Result<Found> {
        let rows = self
            .0
            .run(async |connection| view::load(connection, digest, page, now).await)
            .await?;
        view::found(rows, page)
    }

    async fn append(&self, digest: Digest, addition: &Addition) -> Result<Added> {
        let [seed @ .., _, _, _, _] = addition.seed.0.to_be_bytes();
        let append = statements::Append {
            digest: &digest.0,
            now: addition.now,
            author_id: ids::stored(addition.author.ulid()),
            title: addition.title.as_ref().map(Title::as_str),
            seed: &seed,
            content: addition.content.as_str(),
        };
        let appended = self
            .0
            .attempt(async |connection| append.get_result::<i32>(connection).await.optional())
            .await?;
        match appended {
            Ok(Some(sequence)) => Ok(Added::At(Sequence(sequence.cast_unsigned()))),
            Ok(None) => Ok(Added::Refused),
            Err(error) if violates(&error, ADDED) => Ok(Added::LinkFull),
            Err(error) => Err(storage(error)),
        }
    }

    async fn fork(&self, digest: Digest, fork: &Fork) -> Result<Option<Conversation>> {
        let [seed @ .., _, _, _, _] = fork.seed.0.to_be_bytes();
        let statement = statements::Fork {
            digest: &digest.0,
            now: fork.now,
            owner_id: ids::stored(fork.owner.ulid()),
            id: ids::stored(fork.id.ulid()),
            seed: &seed,
        };
        let row: Option<conversation_rows::Row> = self
            .0
            .run(async |connection| statement.get_result(connection).await.optional())
            .await?;
        row.map(Conversation::try_from).transpose()
    }

    async fn add_views(&self, views: &[(ShareKey, u64)]) -> Result<()> {
        let owner_ids: Vec<Uuid> = each(views, |key| ids::stored(key.owner.ulid()));
        let conversation_ids: Vec<Uuid> = each(views, |key| ids::stored(key.conversation.ulid()));
        let share_ids: Vec<Uuid> = each(views, |key| ids::stored(key.id));
        let counts: Vec<i64> = views
            .iter()
            .map(|(_, count)| i64::try_from(*count).unwrap_or(i64::MAX))
            .collect();
        let add = statements::AddViews {
            owner_ids: &owner_ids,
            conversation_ids: &conversation_ids,
            ids: &share_ids,
            counts: &counts,
        };
        self.0
            .run(async |connection| add.execute(connection).await)
            .await?;
        Ok(())
    }
}

impl PgShares {
    /// What was missing for a new link.
    async fn not_inserted(&self, share: &NewShare) -> Result<Inserted> {
        let owner = ids::stored(share.owner.ulid());
        let conversation = ids::stored(share.conversation.ulid());
        if !exists(&self.0, (owner, conversation)).await? {
            return Ok(Inserted::NoConversation);
        }
        let Some(item) = share.item else {
            // It is there, so its owner has been removed.
            return Err(Error::Unauthenticated(Unauthenticated::Invalid));
        };
        let item = items::table
            .find((owner, conversation, rows::sequence(item)))
            .filter(items::id.eq(ids::stored(item.ulid())));
        let query = diesel::select(diesel::dsl::exists(item));
        let is_there = self
            .0
            .run(async |connection| query.get_result(connection).await)
            .await?;
        Ok(if is_there {
            Inserted::HiddenItem
        } else {
            Inserted::NoItem
        })
    }
}

/// Ends the links to a message that is being deleted; its conversation must be locked.
pub(super) async fn revoke_of_item(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let revoke = statements::RevokeOfItem {
        now,
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
    };
    revoke.execute(connection).await.map(drop)
}

fn each<T>(views: &[(ShareKey, u64)], column: impl Fn(&ShareKey) -> T) -> Vec<T> {
    views.iter().map(|(key, _)| column(key)).collect()
}

impl<'a> From<&'a NewShare> for statements::Insert<'a> {
    fn from(share: &'a NewShare) -> Self {
        Self {
            owner_id: ids::stored(share.owner.ulid()),
            conversation_id: ids::stored(share.conversation.ulid()),
            id: ids::stored(share.place.0),
            share_id: share.share_id.as_str(),
            digest: &share.digest.0,
            read_only: share.read_only,
            live: share.live,
            include_context: share.include_context,
            created_at: share.created_at,
            expires_at: share.expires_at,
        }
    }
}

impl<'a> statements::Insert<'a> {
    fn of(self, item: ItemId) -> statements::InsertForItem<'a> {
        statements::InsertForItem {
            owner_id: self.owner_id,
            conversation_id: self.conversation_id,
            sequence: rows::sequence(item),
            item_id: ids::stored(item.ulid()),
            id: self.id,
            share_id: self.share_id,
            read_only: self.read_only,
            live: self.live,
            include_context: self.include_context,
            created_at: self.created_at,
            expires_at: self.expires_at,
            digest: self.digest,
        }
    }
}

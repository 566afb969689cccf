mod append;
mod divided;
mod fork;
mod insert;
mod list;
pub(super) mod purge;
mod purge_divided;
mod rows;
mod statements;
mod view;
mod views;

use super::database::Database;
use super::exists::exists;
use super::ids;
use super::row_keys::{ItemKey, key};
use super::schema::share_digests;
use super::work::{WorkRequest, reading};
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::Result;
use domain::id::{ConversationId, OwnerId, Sequence};
use domain::page::Page;
use domain::secret::Digest;
use domain::shares::{
    AddedMessage, Addition, Fork, Forked, FoundLink, InsertedLink, LinkStanding, NewShare, Revoked,
    Share, ShareKey, ShareList, ShareStore, ViewPage,
};
use uuid::Uuid;

/// Share links in PostgreSQL.
pub struct PgShares(pub Database);

#[async_trait::async_trait]
impl ShareStore for PgShares {
    async fn insert(&self, share: &NewShare) -> Result<InsertedLink> {
        insert::insert(&self.0, share).await
    }

    async fn list(&self, owner: OwnerId, list: &ShareList) -> Result<Option<Page<Share>>> {
        let rows = self
            .0
            .run(reading(owner), async |connection| {
                list::load(connection, owner, list).await
            })
            .await?;
        if let (true, Some(conversation)) = (rows.is_empty(), list.conversation) {
            let key = key(owner, conversation);
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
        let is_divided = self.0.is_divided();
        let revoked = self
            .0
            .run(owner, async |connection| match is_divided {
                false => revoke.write(connection).await,
                true => divided::revoke(connection, &revoke).await,
            })
            .await?;
        match conversation_id {
            _ if revoked > 0 => Ok(Revoked::Done),
            Some(id) if !exists(&self.0, (owner_id, id)).await? => Ok(Revoked::NoConversation),
            _ => Ok(Revoked::NoShare),
        }
    }

    async fn find(
        &self,
        caller: Caller,
        digest: Digest,
        page: &ViewPage,
        now: DateTime<Utc>,
    ) -> Result<FoundLink> {
        let is_divided = self.0.is_divided();
        let rows = self
            .0
            .read(
                reading(caller),
                async |connection| match is_divided {
                    false => view::load(connection, digest, page, now).await,
                    true => divided::load(connection, &digest.0, page, now).await,
                },
                |rows: &Vec<rows::Joined>| view::largest(rows),
            )
            .await?;
        view::found(rows, page)
    }

    async fn count(
        &self,
        caller: Caller,
        digest: Digest,
        before: Sequence,
    ) -> Result<LinkStanding> {
        let count = statements::CountShown {
            before: before.0.cast_signed(),
            digest: &digest.0,
        };
        let is_divided = self.0.is_divided();
        let counted: Option<statements::ShownCount> = self
            .0
            .run(reading(caller), async |connection| match is_divided {
                false => count.fetch_optional(connection).await,
                true => divided::count(connection, &digest.0, count.before).await,
            })
            .await?;
        let standing = counted.map(|counted| LinkStanding {
            before: counted.before.max(0).unsigned_abs(),
            total: counted.total.max(0).unsigned_abs(),
        });
        Ok(standing.unwrap_or_default())
    }

    async fn find_owner(&self, visitor: OwnerId, digest: Digest) -> Result<Option<OwnerId>> {
        let query = share_digests::table
            .find(digest.0.as_slice())
            .select(share_digests::owner_id);
        let owners: Vec<Uuid> = self
            .0
            .run(visitor, async |connection| {
                query.fetch_all(connection).await
            })
            .await?;
        let owner = owners.into_iter().next();
        Ok(owner.map(|owner| OwnerId::new(ids::read(owner))))
    }

    async fn append(&self, digest: Digest, addition: &Addition) -> Result<AddedMessage> {
        append::append(&self.0, digest, addition).await
    }

    async fn fork_permit(&self, owner: OwnerId) -> Result<Box<dyn Send + Sync>> {
        let permit = self.0.fork_permit(WorkRequest::from(owner)).await?;
        Ok(Box::new(permit))
    }

    async fn fork(&self, digest: Digest, fork: &Fork) -> Result<Forked> {
        fork::fork(&self.0, digest, fork).await
    }

    async fn add_views(&self, views: &[(ShareKey, u64)]) -> Result<()> {
        views::add(&self.0, views).await
    }
}

/// Ends links to a deleted message, at most `most`; returns whether all are ended.
pub(super) async fn revoke_of_item(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    now: DateTime<Utc>,
    most: i64,
) -> QueryResult<bool> {
    let revoke = statements::RevokeOfItem {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
        most,
        now,
    };
    let revoked = revoke.write(connection).await?;
    Ok(i64::try_from(revoked).is_ok_and(|revoked| revoked < most))
}

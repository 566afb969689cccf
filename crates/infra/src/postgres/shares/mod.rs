mod insert;
mod list;
mod rows;
mod statements;
pub(super) mod sweep;
mod view;

use super::conversations::exists::exists;
use super::conversations::rows as conversation_rows;
use super::database::Database;
use super::error::{storage, violates};
use super::ids;
use super::items::key::ItemKey;
use super::schema::share_digests;
use super::work::Whose;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::auth::Digest;
use domain::conversations::Title;
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::page::Page;
use domain::repeats::{Made, Outcome};
use domain::shares::{
    Added, Addition, Fork, Forked, Found, Inserted, NewShare, Revoked, Share, ShareKey, ShareList,
    ShareStore, Standing, ViewPage,
};
use statements::Place;
use uuid::Uuid;

/// The constraint on the number of messages that come through a link.
const ADDED: &str = "shares_added_count_check";

/// Share links in PostgreSQL.
pub struct PgShares(pub Database);

#[async_trait::async_trait]
impl ShareStore for PgShares {
    async fn insert(&self, share: &NewShare) -> Result<Inserted> {
        insert::insert(&self.0, share).await
    }

    async fn list(&self, owner: OwnerId, list: &ShareList) -> Result<Option<Page<Share>>> {
        let rows = self
            .0
            .run(owner, async |connection| {
                list::load(connection, owner, list).await
            })
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
            .run(owner, async |connection| revoke.write(connection).await)
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
    ) -> Result<Found> {
        let rows = self
            .0
            .read(
                caller,
                async |connection| view::load(connection, digest, page, now).await,
                |rows: &Vec<rows::Joined>| view::largest(rows),
            )
            .await?;
        view::found(rows, page)
    }

    async fn count(&self, caller: Caller, digest: Digest, before: Sequence) -> Result<Standing> {
        let count = statements::CountShown {
            before: before.0.cast_signed(),
            digest: &digest.0,
        };
        let counted: Option<(i64, i64)> = self
            .0
            .run(caller, async |connection| {
                count.fetch_optional(connection).await
            })
            .await?;
        let (before, total) = counted.unwrap_or_default();
        Ok(Standing {
            before: before.max(0).unsigned_abs(),
            total: total.max(0).unsigned_abs(),
        })
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
        let whose = Whose::from(addition.author).writing(addition.content.as_str().len());
        let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Option<Place>> {
            append.fetch_optional(connection).await
        };
        let made = |place: &Option<Place>| {
            let place = place.as_ref()?;
            let owner = OwnerId::new(ids::read(place.owner_id));
            let conversation = ConversationId::new(ids::read(place.conversation_id));
            let id = ItemId::at(addition.seed, Sequence(place.sequence?.cast_unsigned()));
            Some(Outcome::created(Made::SharedItem(owner, conversation, id)))
        };
        let appended = self.0.effect(whose, work, made).await?;
        match appended {
            Ok(Some(place)) => Ok(match place.sequence {
                Some(sequence) => Added::At(Sequence(sequence.cast_unsigned())),
                None => Added::ConversationFull,
            }),
            Ok(None) => Ok(Added::Refused),
            Err(error) if violates(&error, ADDED) => Ok(Added::LinkFull),
            Err(error) => Err(storage(error)),
        }
    }

    async fn fork_turn(&self, owner: OwnerId) -> Result<Box<dyn Send + Sync>> {
        let turn = self.0.fork_turn(Whose::from(owner)).await?;
        Ok(Box::new(turn))
    }

    async fn fork(&self, digest: Digest, fork: &Fork) -> Result<Forked> {
        let [seed @ .., _, _, _, _] = fork.seed.0.to_be_bytes();
        let statement = statements::Fork {
            digest: &digest.0,
            now: fork.now,
            owner_id: ids::stored(fork.owner.ulid()),
            id: ids::stored(fork.id.ulid()),
            seed: &seed,
        };
        let measure = statements::MeasureFork {
            digest: &digest.0,
            now: fork.now,
            owner_id: statement.owner_id,
        };
        let room = fork.room;
        let whose = Whose::from(fork.owner);
        type Row = (Option<u64>, Option<conversation_rows::Row>);
        let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Row> {
            let Some(room) = room else {
                return Ok((None, statement.fetch_optional(connection).await?));
            };
            let size: Option<i64> = measure.fetch_optional(connection).await?;
            let size = size.map(|size| size.max(0).unsigned_abs());
            Ok(match size.is_some_and(|size| size <= room) {
                true => (size, statement.fetch_optional(connection).await?),
                false => (size, None),
            })
        };
        let made = |(_, row): &Row| {
            let made = Made::Conversation(fork.id);
            row.is_some().then_some(Outcome::created(made))
        };
        let done = self.0.effect(whose, work, made).await?;
        let (size, row) = done.map_err(storage)?;
        match (row, size.zip(room)) {
            (Some(row), _) => Ok(Forked::Done(row.try_into()?, size)),
            (None, Some((size, room))) if size > room => Ok(Forked::TooLarge),
            (None, _) => Ok(Forked::Refused),
        }
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
            .run(Caller::Service, async |connection| {
                add.write(connection).await
            })
            .await?;
        Ok(())
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

fn each<T>(views: &[(ShareKey, u64)], column: impl Fn(&ShareKey) -> T) -> Vec<T> {
    views.iter().map(|(key, _)| column(key)).collect()
}

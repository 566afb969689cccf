//! Making links: to a conversation, or to one of its messages.

use super::{divided, rows, statements};
use crate::postgres::database::Database;
use crate::postgres::error::storage;
use crate::postgres::execute::Execute as _;
use crate::postgres::exists::exists;
use crate::postgres::ids;
use crate::postgres::schema::items;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::error::{Error, Result, Unauthenticated};
use domain::id::ItemId;
use domain::repeats::{Made, Outcome};
use domain::shares::{InsertedLink, NewShare};

pub(super) async fn insert(database: &Database, share: &NewShare) -> Result<InsertedLink> {
    let insert = statements::Insert::from(share);
    let is_divided = database.is_divided();
    let made = |title: &Option<Option<String>>| {
        let made = Made::Share(share.conversation, share.cursor.0);
        title.is_some().then_some(Outcome::created(made))
    };
    let title = match share.item {
        None => {
            let work = async |connection: &mut AsyncPgConnection| match is_divided {
                false => insert.fetch_optional::<Option<String>>(connection).await,
                true => divided::insert(connection, &insert, None).await,
            };
            database.effect(share.owner, work, made).await?
        }
        Some(item) => {
            let insert_for_item = insert.clone().of(item);
            let item = Some((insert_for_item.sequence, insert_for_item.item_id));
            let work = async |connection: &mut AsyncPgConnection| match is_divided {
                false => {
                    insert_for_item
                        .fetch_optional::<Option<String>>(connection)
                        .await
                }
                true => divided::insert(connection, &insert, item).await,
            };
            database.effect(share.owner, work, made).await?
        }
    };
    match title.map_err(storage)? {
        Some(title) => Ok(InsertedLink::Done(rows::title(title)?)),
        None => not_inserted(database, share).await,
    }
}

/// The reason why a new link could not be stored.
async fn not_inserted(database: &Database, share: &NewShare) -> Result<InsertedLink> {
    let owner = ids::stored(share.owner.ulid());
    let conversation = ids::stored(share.conversation.ulid());
    if !exists(database, (owner, conversation)).await? {
        return Ok(InsertedLink::NoConversation);
    }
    let Some(item) = share.item else {
        // The conversation exists, so its owner has been removed.
        return Err(Error::Unauthenticated(Unauthenticated::Invalid));
    };
    let item = items::table
        .find((owner, conversation, rows::sequence(item)))
        .filter(items::id.eq(ids::stored(item.ulid())));
    let query = diesel::select(diesel::dsl::exists(item));
    let is_there = database
        .run(share.owner, async |connection| {
            query.fetch_one(connection).await
        })
        .await?;
    Ok(if is_there {
        InsertedLink::HiddenItem
    } else {
        InsertedLink::NoItem
    })
}

impl<'a> From<&'a NewShare> for statements::Insert<'a> {
    fn from(share: &'a NewShare) -> Self {
        Self {
            owner_id: ids::stored(share.owner.ulid()),
            conversation_id: ids::stored(share.conversation.ulid()),
            id: ids::stored(share.cursor.0),
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

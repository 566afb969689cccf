use super::{statements, steps};
use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::exists::exists;
use crate::postgres::ids;
use crate::postgres::item_rows::parts::{PartArrays, PartColumns};
use crate::postgres::roles::stored_role;
use crate::postgres::row_keys::ConversationKey;
use crate::postgres::titles::NewTitles;
use crate::postgres::work::WorkRequest;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::{Error, Result};
use domain::id::{ConversationId, ItemId, OwnerId, Sequence};
use domain::items::{Appended, Author, Batch, CallId, PendingItem, Reasoning};
use domain::repeats::{Made, Outcome};
use domain::title::Title;
use std::sync::Arc;
use tokio::time::Instant;
use uuid::Uuid;

/// Stores several messages of one request, all or none.
pub(super) async fn all(
    database: &Database,
    new_titles: NewTitles,
    (owner, key): (OwnerId, ConversationKey),
    batch: &Batch,
) -> Result<Appended> {
    let each = || batch.pending();
    let Some(first) = each().next() else {
        return Err(Error::Internal("a request has no messages".into()));
    };
    let seeds: Vec<Vec<u8>> = each().map(|one| ids::seed(one.seed).to_vec()).collect();
    let roles: Vec<i16> = each().map(|one| stored_role(one.item.role)).collect();
    let call_ids: Vec<Option<&str>> = each()
        .map(|one| one.item.call_id.as_ref().map(CallId::as_str))
        .collect();
    let contents: Vec<&str> = each().map(|one| one.item.content.stored_text()).collect();
    let parts: PartArrays<'_> = each().map(|one| &one.item.content).collect();
    let reasonings: Vec<Option<&str>> = each()
        .map(|one| one.item.reasoning.as_ref().map(Reasoning::as_str))
        .collect();
    let title = batch.title();
    let (owner_id, conversation_id) = key;
    let append = statements::AppendAll {
        size: i32::try_from(seeds.len()).map_err(|error| Error::Internal(error.into()))?,
        now: first.now,
        title: title.as_ref().map(Title::as_str),
        owner_id,
        conversation_id,
        seeds: &seeds,
        roles: &roles,
        call_ids: &call_ids,
        contents: &contents,
        types: &parts.types,
        parts: &parts.parts,
        shown: &parts.shown,
        reasonings: &reasonings,
        titles_due: new_titles.due(first.now),
    };
    let request = WorkRequest::from(owner).writing(each().map(|one| one.item.bytes()).sum());
    let is_divided = database.is_divided();
    let work = async |connection: &mut AsyncPgConnection| match is_divided {
        false => append.fetch_optional::<i32>(connection).await,
        true => {
            let work = async |connection: &mut AsyncPgConnection| {
                steps::append_all(connection, &append).await
            };
            connection.transaction(work).await
        }
    };
    let made = |number: &Option<i32>| {
        let conversation = ConversationId::new(ids::read(conversation_id));
        Some(batch.outcome(conversation, Sequence((*number)?.cast_unsigned())))
    };
    match database.effect(request, work, made).await? {
        Ok(Some(sequence)) => Ok(Appended::At(Sequence(sequence.cast_unsigned()))),
        Ok(None) if exists(database, key).await? => Ok(Appended::Full),
        Ok(None) => Ok(Appended::NoConversation),
        Err(error) if violates(&error, CALL_ID) => Ok(Appended::CallIdTaken),
        Err(error) => Err(storage(error)),
    }
}

/// The unique index of call ids.
const CALL_ID: &str = "items_by_call_id";

/// The most bytes of text of a message that is stored in a group. A longer one would delay the
/// others.
const GROUPABLE: usize = 64 * 1024;

/// An item that is being added to a conversation.
pub(super) struct Append {
    pub(super) owner: OwnerId,
    pub(super) key: ConversationKey,
    pub(super) pending: Arc<PendingItem>,
}

impl Append {
    /// Whether it can be stored by one statement with others, which has no
    /// columns for parts and thoughts. A call id that is taken would make the whole statement fail.
    pub(super) fn is_groupable(&self) -> bool {
        let item = &self.pending.item;
        let is_plain = item.content.parts().is_none() && item.reasoning.is_none();
        item.call_id.is_none() && is_plain && self.size() <= GROUPABLE
    }

    /// The size of its text, parts and thoughts in bytes.
    pub(super) fn size(&self) -> usize {
        self.pending.item.bytes()
    }

    /// The part of the id that is known before the sequence number.
    pub(super) fn seed(&self) -> [u8; 12] {
        ids::seed(self.pending.seed)
    }

    pub(super) fn author_id(&self) -> Option<Uuid> {
        match self.pending.author {
            Author::Owner => None,
            Author::Link { user_id } => Some(ids::stored(user_id.ulid())),
        }
    }

    pub(super) fn title(&self) -> Option<&str> {
        self.pending.title.as_ref().map(|title| title.as_str())
    }

    /// Stores it by a separate statement, with a permit for the owner; it has waited since `begun`.
    pub(super) async fn alone(
        &self,
        database: &Database,
        new_titles: NewTitles,
        begun: Instant,
    ) -> Result<Appended> {
        let (owner_id, conversation_id) = self.key;
        let item = &self.pending.item;
        let columns = PartColumns::from(&item.content);
        let append = statements::Append {
            now: self.pending.now,
            title: self.title(),
            owner_id,
            conversation_id,
            seed: &self.seed(),
            role: stored_role(item.role),
            author_id: self.author_id(),
            call_id: item.call_id.as_ref().map(CallId::as_str),
            content: item.content.stored_text(),
            item_type: columns.item_type,
            parts: columns.parts,
            shown: columns.shown.as_deref(),
            reasoning: item.reasoning.as_ref().map(Reasoning::as_str),
            titles_due: new_titles.due(self.pending.now),
        };
        let request = WorkRequest::from(self.owner).writing(self.size());
        let is_divided = database.is_divided();
        let work = async |connection: &mut AsyncPgConnection| match is_divided {
            false => append.fetch_optional::<i32>(connection).await,
            true => {
                let work = async |connection: &mut AsyncPgConnection| {
                    steps::append(connection, &append).await
                };
                connection.transaction(work).await
            }
        };
        let made = |number: &Option<i32>| {
            let id = ItemId::at(self.pending.seed, Sequence((*number)?.cast_unsigned()));
            let conversation = ConversationId::new(ids::read(conversation_id));
            Some(Outcome::created(Made::Item(conversation, id)))
        };
        let appended = database.effect(request.since(begun), work, made).await?;
        match appended {
            Ok(Some(sequence)) => Ok(Appended::At(Sequence(sequence.cast_unsigned()))),
            Ok(None) if exists(database, self.key).await? => Ok(Appended::Full),
            Ok(None) => Ok(Appended::NoConversation),
            Err(error) if violates(&error, CALL_ID) => Ok(Appended::CallIdTaken),
            Err(error) => Err(storage(error)),
        }
    }
}

//! Changes to the text of an item: an edit, or an earlier version again. Each is a transaction that
//! locks the conversation first.

use super::lock::{find, lock};
use super::statements;
use crate::postgres::database::Database;
use crate::postgres::error::{inconsistent, storage};
use crate::postgres::execute::Execute as _;
use crate::postgres::item_rows::parts::{self, PartColumns};
use crate::postgres::item_rows::rows::ItemRow;
use crate::postgres::item_rows::texts::apart;
use crate::postgres::row_keys::ItemKey;
use crate::postgres::schema::item_versions;
use crate::postgres::work::WorkRequest;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::{Error, Result};
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::{Content, Item, ItemType, Revised, Revision};
use domain::repeats::{self, Made};
use domain::state::Expected;

enum RevisionOutcome {
    Done(ItemRow),
    Unchanged(Item),
    NoConversation,
    NoItem,
    NoVersion,
    NotAMessage(ItemType),
    Refused(Error),
    Stale,
}

/// The next content.
struct Next {
    content: Content,
    reasoning: Option<String>,
    model: Option<String>,
}

/// An earlier version, which becomes the next text.
#[derive(Queryable, Selectable)]
#[diesel(table_name = item_versions)]
struct Earlier {
    content: String,
    model: Option<String>,
    reasoning: Option<String>,
    reasoning_version: Option<i32>,
    parts_version: Option<i32>,
    item_type: Option<String>,
    parts: Option<String>,
}

impl TryFrom<Earlier> for Next {
    type Error = Error;

    fn try_from(earlier: Earlier) -> Result<Self> {
        let (model, parted) = (earlier.model, earlier.reasoning_version);
        let parts = earlier.parts_version.and(earlier.parts);
        let unparted = parted == Some(0) || model.is_some() && parted.is_none() && parts.is_none();
        let reasoning = earlier.reasoning;
        let reasoning = reasoning.or_else(|| (parted == Some(0)).then(String::new));
        let (text, reasoning) = apart(earlier.content, reasoning, unparted);
        let content = Content::stored(text, parts::stored(earlier.item_type, parts));
        Ok(Self {
            content: content.map_err(inconsistent)?,
            reasoning,
            model,
        })
    }
}

pub(super) async fn revise(
    database: &Database,
    (owner, conversation, id): (OwnerId, ConversationId, ItemId),
    revision: &Revision,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<Revised> {
    let key = ItemKey::new(owner, conversation, id);
    let work = async |connection: &mut AsyncPgConnection| {
        change(connection, key, revision, expected, now).await
    };
    let request = WorkRequest::from(owner).writing(match revision {
        Revision::Edit(content) | Revision::Replace(content) => content.bytes(),
        // The length of the restored text is not known here.
        Revision::Restore(_) => 0,
    });
    let made = |outcome: &RevisionOutcome| match outcome {
        RevisionOutcome::Done(_) | RevisionOutcome::Unchanged(_) => {
            Some(repeats::Outcome::done(Made::Item(conversation, id)))
        }
        _ => None,
    };
    let work = async |connection: &mut AsyncPgConnection| connection.transaction(work).await;
    match database
        .effect(request, work, made)
        .await?
        .map_err(storage)?
    {
        RevisionOutcome::Done(row) => Ok(Revised::Done(row.try_into()?)),
        RevisionOutcome::Unchanged(item) => Ok(Revised::Done(item)),
        RevisionOutcome::NoConversation => Ok(Revised::NoConversation),
        RevisionOutcome::NoItem => Ok(Revised::NoItem),
        RevisionOutcome::NoVersion => Ok(Revised::NoVersion),
        RevisionOutcome::NotAMessage(kind) => Ok(Revised::NotAMessage(kind)),
        RevisionOutcome::Refused(error) => Err(error),
        RevisionOutcome::Stale => Ok(Revised::Stale),
    }
}

async fn change(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    revision: &Revision,
    expected: &Expected,
    now: DateTime<Utc>,
) -> QueryResult<RevisionOutcome> {
    if !lock(connection, key).await? {
        return Ok(RevisionOutcome::NoConversation);
    }
    let Some(item) = find(connection, key).await? else {
        return Ok(RevisionOutcome::NoItem);
    };
    if !expected.holds(&item.tag()) {
        return Ok(RevisionOutcome::Stale);
    }
    let next = match next(connection, key, item, revision).await? {
        Ok(next) => next,
        Err(outcome) => return Ok(outcome),
    };
    let columns = PartColumns::from(&next.content);
    let revise = statements::Revise {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
        now,
        content: next.content.stored_text(),
        reasoning: next.reasoning.as_deref(),
        parts: columns.parts,
        model: next.model.as_deref(),
        item_type: columns.item_type,
        shown: columns.shown.as_deref(),
    };
    Ok(RevisionOutcome::Done(revise.fetch_one(connection).await?))
}

/// The next content of an item, or the outcome if the content does not change.
async fn next(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    row: ItemRow,
    revision: &Revision,
) -> QueryResult<std::result::Result<Next, RevisionOutcome>> {
    let content = match revision {
        Revision::Restore(number) if number.cast_signed() == row.version() => {
            return Ok(Err(Item::try_from(row).map_or_else(
                RevisionOutcome::Refused,
                RevisionOutcome::Unchanged,
            )));
        }
        Revision::Restore(number) => {
            let earlier = earlier(connection, key, *number).await?;
            let next = earlier.map(Next::try_from).transpose();
            return Ok(match next {
                Ok(next) => next.ok_or(RevisionOutcome::NoVersion),
                Err(error) => Err(RevisionOutcome::Refused(error)),
            });
        }
        Revision::Edit(content) | Revision::Replace(content) => content,
    };
    let item = match Item::try_from(row) {
        Ok(item) => item,
        Err(error) => return Ok(Err(RevisionOutcome::Refused(error))),
    };
    let is_edit = matches!(revision, Revision::Edit(_));
    if is_edit && !item.content.kind().is_message() {
        return Ok(Err(RevisionOutcome::NotAMessage(
            item.content.kind().clone(),
        )));
    }
    let content = match is_edit && content.parts().is_none() {
        true => item.content.with_text(item.role, content),
        false => Ok(content.clone()),
    };
    Ok(match content {
        Ok(content) if content == item.content => Err(RevisionOutcome::Unchanged(item)),
        // A person's text has no model's thoughts.
        Ok(content) => Ok(Next {
            content,
            reasoning: None,
            model: None,
        }),
        Err(error) => Err(RevisionOutcome::Refused(error)),
    })
}

async fn earlier(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    number: u32,
) -> QueryResult<Option<Earlier>> {
    let Ok(number) = i32::try_from(number) else {
        return Ok(None);
    };
    item_versions::table
        .find((key.owner_id, key.conversation_id, key.sequence, number))
        .select(Earlier::as_select())
        .fetch_optional(connection)
        .await
}

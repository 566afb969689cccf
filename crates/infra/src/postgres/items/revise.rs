//! Changes to the text of an item: an edit, or an earlier version again. Each is a transaction that
//! locks the conversation first.

use super::key::ItemKey;
use super::lock::{find, lock};
use super::rows::Row;
use super::statements;
use super::texts::apart;
use crate::postgres::database::Database;
use crate::postgres::error::storage;
use crate::postgres::execute::Execute as _;
use crate::postgres::schema::item_versions;
use crate::postgres::work::Whose;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::Result;
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::items::{Revised, Revision};
use domain::repeats::{self, Made};
use domain::state::Expected;

enum Outcome {
    Done(Row),
    NoConversation,
    NoItem,
    NoVersion,
    Stale,
}

/// The next text.
struct Next {
    content: String,
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
}

impl From<Earlier> for Next {
    fn from(earlier: Earlier) -> Self {
        let (model, parted) = (earlier.model, earlier.reasoning_version);
        let unparted = parted == Some(0) || model.is_some() && parted.is_none();
        let reasoning = earlier.reasoning;
        let reasoning = reasoning.or_else(|| (parted == Some(0)).then(String::new));
        let (content, reasoning) = apart(earlier.content, reasoning, unparted);
        Self {
            content,
            reasoning,
            model,
        }
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
    let whose = Whose::from(owner).writing(match revision {
        Revision::Edit(content) => content.as_str().len(),
        // The length of the restored text is not known here.
        Revision::Restore(_) => 0,
    });
    let made = |outcome: &Outcome| match outcome {
        Outcome::Done(_) => Some(repeats::Outcome::done(Made::Item(conversation, id))),
        _ => None,
    };
    let work = async |connection: &mut AsyncPgConnection| connection.transaction(work).await;
    match database.effect(whose, work, made).await?.map_err(storage)? {
        Outcome::Done(row) => Ok(Revised::Done(row.try_into()?)),
        Outcome::NoConversation => Ok(Revised::NoConversation),
        Outcome::NoItem => Ok(Revised::NoItem),
        Outcome::NoVersion => Ok(Revised::NoVersion),
        Outcome::Stale => Ok(Revised::Stale),
    }
}

async fn change(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    revision: &Revision,
    expected: &Expected,
    now: DateTime<Utc>,
) -> QueryResult<Outcome> {
    if !lock(connection, key).await? {
        return Ok(Outcome::NoConversation);
    }
    let Some(item) = find(connection, key).await? else {
        return Ok(Outcome::NoItem);
    };
    if !expected.holds(&item.tag()) {
        return Ok(Outcome::Stale);
    }
    let next = match revision {
        Revision::Edit(content) if item.says(content.as_str()) => {
            return Ok(Outcome::Done(item));
        }
        // A person's text has no model's thoughts.
        Revision::Edit(content) => Next {
            content: content.as_str().to_owned(),
            reasoning: None,
            model: None,
        },
        Revision::Restore(number) if number.cast_signed() == item.version() => {
            return Ok(Outcome::Done(item));
        }
        Revision::Restore(number) => match earlier(connection, key, *number).await? {
            Some(next) => next,
            None => return Ok(Outcome::NoVersion),
        },
    };
    let revise = statements::Revise {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
        now,
        content: &next.content,
        reasoning: next.reasoning.as_deref(),
        model: next.model.as_deref(),
    };
    Ok(Outcome::Done(revise.fetch_one(connection).await?))
}

async fn earlier(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    number: u32,
) -> QueryResult<Option<Next>> {
    let Ok(number) = i32::try_from(number) else {
        return Ok(None);
    };
    let found: Option<Earlier> = item_versions::table
        .find((key.owner_id, key.conversation_id, key.sequence, number))
        .select(Earlier::as_select())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(Next::from))
}

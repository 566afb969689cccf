//! Changes to an item. Each is a transaction that locks the conversation first, so changes happen
//! one after the other, and never beside the conversation's deletion.

use super::key::ItemKey;
use super::rows::Row;
use super::statements;
use super::texts::apart;
use crate::postgres::execute::Execute as _;
use crate::postgres::purge::delete_versions;
use crate::postgres::schema::{conversations, item_versions};
use crate::postgres::shares;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::items::{Deleted, Revision};
use domain::jobs::Portion;
use domain::state::Expected;

pub(super) enum Outcome {
    Done(Row),
    NoConversation,
    NoItem,
    NoVersion,
    Stale,
}

/// How many bytes of versions are deleted together with a message: this takes milliseconds.
const AT_ONCE: Portion = Portion::of(1024 * 1024);

/// How many links to a message are ended together with it.
const LINKS_AT_ONCE: i64 = 1_000;

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

pub(super) async fn delete(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    expected: &Expected,
    now: DateTime<Utc>,
) -> QueryResult<Deleted> {
    if !lock(connection, key).await? {
        return Ok(Deleted::NoConversation);
    }
    if !expected.is_any() {
        let item = find(connection, key).await?;
        if item.is_some_and(|item| !expected.holds(&item.tag())) {
            return Ok(Deleted::Stale);
        }
    }
    let deletion = statements::Delete {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence: key.sequence,
        id: key.id,
        now,
    };
    if deletion.write(connection).await? == 0 {
        return Ok(Deleted::NoItem);
    }
    // A few versions are deleted and a few links are ended at once; a job does the rest. Meanwhile
    // no link shows the message, since each link looks for it.
    let has_links = !shares::revoke_of_item(connection, key, now, LINKS_AT_ONCE).await?;
    if !delete_versions(connection, key, AT_ONCE).await? || has_links {
        let job = statements::LeaveVersions {
            owner_id: key.owner_id,
            id: key.id,
            conversation_id: key.conversation_id,
            now,
        };
        job.write(connection).await?;
    }
    Ok(Deleted::Done)
}

/// Locks the conversation until the transaction ends; `false` when it does not exist.
pub(in crate::postgres) async fn lock(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
) -> QueryResult<bool> {
    let conversation = conversations::table
        .find((key.owner_id, key.conversation_id))
        .select(conversations::last_sequence)
        .for_no_key_update();
    Ok(conversation
        .fetch_optional::<i32>(connection)
        .await?
        .is_some())
}

pub(in crate::postgres) async fn find(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
) -> QueryResult<Option<Row>> {
    let ItemKey {
        owner_id,
        conversation_id,
        sequence,
        id,
    } = key;
    let query = statements::FindById {
        sequence,
        id,
        owner_id,
        conversation_id,
    };
    query.fetch_one::<Option<Row>>(connection).await
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

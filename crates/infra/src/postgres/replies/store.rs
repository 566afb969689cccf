//! Stores a reply, in a transaction that locks the conversation first: so the items cannot change
//! before it ends.

use super::statements::AppendReply;
use super::steps;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::item_rows::parts::PartColumns;
use crate::postgres::item_rows::rows::ItemRow;
use crate::postgres::items::lock::{find, lock};
use crate::postgres::items::statements::Revise;
use crate::postgres::roles::stored_role;
use crate::postgres::row_keys::ItemKey;
use crate::postgres::schema::items;
use crate::postgres::turn_queue;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::error::{Error, Result};
use domain::id::ConversationId;
use domain::items::Role;
use domain::repeats::{self, Made};
use domain::replies::{Generated, Reply, ReplyTarget, StoredReply};
use domain::turns::Leaving;

pub(super) enum StoreOutcome {
    Version(ItemRow),
    Appended(ItemRow),
    NoConversation,
    NoItem,
    Taken,
    Full,
    Overtaken,
}

impl StoreOutcome {
    /// The outcome of the request that asked for this reply.
    pub(super) fn made(&self, conversation: ConversationId) -> Option<repeats::Outcome> {
        match self {
            Self::Version(row) => Some(repeats::Outcome::done(Made::Item(conversation, row.id()))),
            Self::Appended(row) => {
                let made = Made::Item(conversation, row.id());
                Some(repeats::Outcome::created(made))
            }
            Self::NoConversation | Self::NoItem | Self::Taken | Self::Full | Self::Overtaken => {
                None
            }
        }
    }
}

impl TryFrom<StoreOutcome> for StoredReply {
    type Error = Error;

    fn try_from(outcome: StoreOutcome) -> Result<Self> {
        let done = |row: ItemRow, is_new| {
            Ok(Self::Done(Generated {
                item: row.try_into()?,
                is_new,
            }))
        };
        match outcome {
            StoreOutcome::Version(row) => done(row, false),
            StoreOutcome::Appended(row) => done(row, true),
            StoreOutcome::NoConversation => Ok(Self::NoConversation),
            StoreOutcome::NoItem => Ok(Self::NoItem),
            StoreOutcome::Taken => Ok(Self::Taken),
            StoreOutcome::Full => Ok(Self::Full),
            StoreOutcome::Overtaken => Ok(Self::Overtaken),
        }
    }
}

/// `key` is the key of the item in `target`.
pub(super) async fn store(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    target: ReplyTarget,
    reply: &Reply,
    (leaving, is_divided): (Leaving, bool),
) -> QueryResult<StoreOutcome> {
    if !turn_queue::depart(connection, leaving.turn).await? {
        return Ok(StoreOutcome::Overtaken);
    }
    let stored = put(connection, key, target, reply, is_divided).await?;
    if leaving.is_cancelled
        && let StoreOutcome::Version(row) | StoreOutcome::Appended(row) = &stored
    {
        turn_queue::remember(connection, leaving, Some(row.id())).await?;
    }
    Ok(stored)
}

async fn put(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    target: ReplyTarget,
    reply: &Reply,
    is_divided: bool,
) -> QueryResult<StoreOutcome> {
    if !lock(connection, key).await? {
        return Ok(StoreOutcome::NoConversation);
    }
    if find(connection, key).await?.is_none() {
        return Ok(StoreOutcome::NoItem);
    }
    match target {
        ReplyTarget::Instead(_) => version(connection, key, key.sequence, reply).await,
        ReplyTarget::After(_) => match next(connection, key).await? {
            None if is_divided => {
                let appended = steps::append(connection, key, reply).await?;
                Ok(appended.map_or(StoreOutcome::Full, StoreOutcome::Appended))
            }
            None => append(connection, key, reply).await,
            // Another request has asked for the same reply at the same time.
            Some(next) if next.is_of_model() => {
                version(connection, key, next.sequence, reply).await
            }
            Some(_) => Ok(StoreOutcome::Taken),
        },
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = items)]
struct Next {
    sequence: i32,
    role: i16,
    model: Option<String>,
}

impl Next {
    /// Whether a model wrote it.
    fn is_of_model(&self) -> bool {
        self.role == stored_role(Role::Assistant) && self.model.is_some()
    }
}

/// The next item.
async fn next(connection: &mut AsyncPgConnection, key: ItemKey) -> QueryResult<Option<Next>> {
    items::table
        .filter(items::owner_id.eq(key.owner_id))
        .filter(items::conversation_id.eq(key.conversation_id))
        .filter(items::sequence.gt(key.sequence))
        .order(items::sequence)
        .select(Next::as_select())
        .limit(1)
        .fetch_optional(connection)
        .await
}

async fn version(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    sequence: i32,
    reply: &Reply,
) -> QueryResult<StoreOutcome> {
    let columns = PartColumns::from(&reply.content);
    let revise = Revise {
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        sequence,
        now: reply.now,
        content: reply.content.stored_text(),
        reasoning: reply.reasoning.as_deref(),
        parts: columns.parts,
        model: reply.model.as_deref(),
        item_type: columns.item_type,
        shown: columns.shown.as_deref(),
    };
    Ok(StoreOutcome::Version(revise.fetch_one(connection).await?))
}

async fn append(
    connection: &mut AsyncPgConnection,
    key: ItemKey,
    reply: &Reply,
) -> QueryResult<StoreOutcome> {
    let seed = ids::seed(reply.seed);
    let columns = PartColumns::from(&reply.content);
    let append = AppendReply {
        now: reply.now,
        owner_id: key.owner_id,
        conversation_id: key.conversation_id,
        seed: &seed,
        role: stored_role(Role::Assistant),
        model: reply.model.as_deref(),
        content: reply.content.stored_text(),
        reasoning: reply.reasoning.as_deref(),
        item_type: columns.item_type,
        parts: columns.parts,
        shown: columns.shown.as_deref(),
    };
    let appended = append.fetch_optional(connection).await?;
    Ok(appended.map_or(StoreOutcome::Full, StoreOutcome::Appended))
}

//! Indexes stale texts, a portion at a time.

use super::statements::index::{
    AllIndexed, Indexed, Insert, RevisedBytes, RevisedItems, StaleConversations, StaleItems,
    StaleRow,
};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryResult;
use diesel::result::Error;
use diesel_async::AsyncPgConnection;
use domain::id::OwnerId;
use domain::jobs::Portion;
use domain::search::{MAKER, keys, title_keys};
use std::fmt::Write as _;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// How many conversations a step looks at.
const CONVERSATIONS: i64 = 64;
/// The most bytes of text of a step, and the most messages: making words and index entries takes much
/// longer than reading.
const BYTES: i64 = 1024 * 1024;
const ROWS: i64 = 1_000;
/// A change is visible to others so long after its time at the latest: statements end before, and
/// clocks of instances do not differ more.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// The rows that a step adds to the index.
#[derive(Default)]
struct Added {
    ids: Vec<Uuid>,
    conversation_ids: Vec<Uuid>,
    sequences: Vec<i32>,
    texts: Vec<String>,
    /// Of conversations: how far each is indexed.
    indexed: Vec<(Uuid, i32, i32, i32)>,
}

type ItemRow = (Uuid, i32, String);

/// `true`: everything is indexed.
pub(super) async fn step(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    portion: Portion,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let owner_id = ids::stored(owner.ulid());
    let stale = StaleConversations {
        owner_id,
        most: CONVERSATIONS,
        maker: MAKER,
    };
    let stale: Vec<StaleRow> = stale.fetch_all(connection).await?;
    if stale.is_empty() {
        let all = AllIndexed {
            owner_id,
            through: now - MARGIN,
            maker: MAKER,
        };
        all.write(connection).await?;
        return Ok(true);
    }
    let bytes = i64::try_from(portion.bytes()).unwrap_or(i64::MAX);
    let (mut bytes, mut rows) = (bytes.min(BYTES), ROWS);
    let mut added = Added::default();
    for conversation in stale {
        if bytes <= 0 || rows <= 0 {
            break;
        }
        let (items, reached) = items(connection, owner_id, &conversation, rows, bytes).await?;
        for (id, sequence, content) in items {
            bytes -= size(&content);
            rows -= 1;
            added.text((id, conversation.id, sequence), content);
        }
        if let Some(title) = conversation.title {
            added.text((conversation.id, conversation.id, 0), title);
        }
        rows -= 1;
        let (revisions, renames) = (conversation.revisions, conversation.renames);
        added
            .indexed
            .push((conversation.id, reached, revisions, renames));
    }
    let texts = std::mem::take(&mut added.texts);
    let sequences = added.sequences.clone();
    // A long text takes a while, and this thread serves connections.
    let words = spawn_blocking(move || {
        let each = texts.iter().zip(sequences);
        each.map(|(text, sequence)| words(owner, text, sequence))
            .collect()
    });
    let words: Vec<String> = words
        .await
        .map_err(|error| Error::QueryBuilderError(error.into()))?;
    added.store(connection, owner_id, &words).await?;
    Ok(false)
}

fn size(content: &str) -> i64 {
    content.len() as i64 + 128
}

/// The conversation's stale messages, as many as fit, and the number up to which all are then indexed.
async fn items(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    conversation: &StaleRow,
    rows: i64,
    bytes: i64,
) -> QueryResult<(Vec<ItemRow>, i32)> {
    let (conversation_id, last) = (conversation.id, conversation.last_sequence);
    let (mut items, mut indexed) = (Vec::new(), conversation.indexed);
    if conversation.is_revised {
        let revised = RevisedBytes {
            owner_id,
            conversation_id,
            last: indexed,
        };
        let revised: i64 = revised.fetch_one(connection).await?;
        if revised > 4 * BYTES {
            // Too many for a step: the conversation is indexed anew.
            indexed = 0;
        } else {
            let revised = RevisedItems {
                owner_id,
                conversation_id,
                last: indexed,
            };
            items = revised.fetch_all(connection).await?;
        }
    }
    let next = StaleItems {
        owner_id,
        conversation_id,
        indexed,
        last,
        rows,
        bytes,
    };
    let next: Vec<ItemRow> = next.fetch_all(connection).await?;
    let read: i64 = next.iter().map(|(_, _, content)| size(content)).sum();
    let is_all = read < bytes && (next.len() as i64) < rows;
    let reached = match next.last() {
        Some((_, sequence, _)) if !is_all => *sequence,
        _ => last,
    };
    items.extend(next);
    Ok((items, reached))
}

/// The keys of a message, or of a title, whose number is 0, as PostgreSQL writes an array.
fn words(owner: OwnerId, text: &str, sequence: i32) -> String {
    let keys = match sequence {
        0 => title_keys(owner, text),
        _ => keys(owner, text),
    };
    let mut words = String::from("{");
    for key in keys {
        if words.len() > 1 {
            words.push(',');
        }
        // A text takes everything that is written to it.
        let _ = write!(words, "{key}");
    }
    words.push('}');
    words
}

impl Added {
    fn text(&mut self, (id, conversation, sequence): (Uuid, Uuid, i32), text: String) {
        self.ids.push(id);
        self.conversation_ids.push(conversation);
        self.sequences.push(sequence);
        self.texts.push(text);
    }

    async fn store(
        self,
        connection: &mut AsyncPgConnection,
        owner_id: Uuid,
        words: &[String],
    ) -> QueryResult<()> {
        let insert = Insert {
            owner_id,
            ids: &self.ids,
            conversation_ids: &self.conversation_ids,
            sequences: &self.sequences,
            words,
        };
        insert.write(connection).await?;
        let each = || self.indexed.iter();
        let conversation_ids: Vec<Uuid> = each().map(|(id, ..)| *id).collect();
        let sequences: Vec<i32> = each().map(|(_, sequence, ..)| *sequence).collect();
        let revisions: Vec<i32> = each().map(|(_, _, revisions, _)| *revisions).collect();
        let renames: Vec<i32> = each().map(|(.., renames)| *renames).collect();
        let indexed = Indexed {
            owner_id,
            maker: MAKER,
            conversation_ids: &conversation_ids,
            sequences: &sequences,
            revisions: &revisions,
            renames: &renames,
        };
        indexed.write(connection).await?;
        Ok(())
    }
}

//! Reads the texts that a step indexes.

use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::search::statements::again::{AgainBytes, AgainItemRow, AgainItems};
use crate::postgres::search::statements::index::{OpenBlock, StaleItemRow, StaleItems, StaleRow};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::ItemId;
use domain::jobs::Portion;
use domain::search::{BLOCK_BYTES, BLOCK_MESSAGES, Indexable, blocks};
use uuid::Uuid;

/// The most bytes of text of a step, and the most messages: making words and index entries takes much
/// longer than reading.
const BYTES: i64 = 1024 * 1024;
const ROWS: i64 = 1_000;

/// The texts of a conversation that are indexed.
pub(super) struct Gathered {
    pub(super) stale: StaleRow,
    /// Up to this number all are then indexed.
    pub(super) reached: i32,
    pub(super) ranges: Vec<NumberRange>,
}

/// Messages with all numbers between two; the blocks that end there are made again of them.
pub(super) struct NumberRange {
    pub(super) first: i32,
    pub(super) last: i32,
    pub(super) messages: Vec<Indexable>,
}

/// What is left of a portion.
struct Left {
    bytes: i64,
    rows: i64,
}

pub(super) async fn gather(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    stale: Vec<StaleRow>,
    portion: Portion,
) -> QueryResult<Vec<Gathered>> {
    let bytes = i64::try_from(portion.bytes()).unwrap_or(i64::MAX);
    let mut left = Left {
        bytes: bytes.min(BYTES),
        rows: ROWS,
    };
    let mut all = Vec::new();
    for mut conversation in stale {
        if left.bytes <= 0 || left.rows <= 0 {
            break;
        }
        let mut ranges = again(connection, owner_id, &mut conversation).await?;
        let next = next(connection, owner_id, &conversation, &left).await?;
        let reached = next.as_ref().map_or(conversation.indexed, |next| next.last);
        ranges.extend(next);
        for message in ranges.iter().flat_map(|range| &range.messages) {
            left.bytes -= size(&message.text);
            left.rows -= 1;
        }
        left.rows -= 1;
        all.push(Gathered {
            stale: conversation,
            reached,
            ranges,
        });
    }
    Ok(all)
}

fn size(text: &str) -> i64 {
    text.len() as i64 + 128
}

/// The blocks that are made again. If these are too many for a step, all of the conversation is
/// indexed anew.
async fn again(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    conversation: &mut StaleRow,
) -> QueryResult<Vec<NumberRange>> {
    let (conversation_id, indexed) = (conversation.id, conversation.indexed);
    let is_revised = conversation.is_revised;
    let bytes = AgainBytes {
        owner_id,
        conversation_id,
        indexed,
        is_revised,
    };
    let bytes: i64 = bytes.fetch_one(connection).await?;
    if bytes > 4 * BYTES {
        conversation.indexed = 0;
        return Ok(Vec::new());
    }
    let items = AgainItems {
        owner_id,
        conversation_id,
        indexed,
        is_revised,
    };
    let items: Vec<AgainItemRow> = items.fetch_all(connection).await?;
    let mut ranges = Vec::<NumberRange>::new();
    for item in items {
        let first = item.first_sequence;
        if ranges.last().is_none_or(|range| range.first != first) {
            ranges.push(NumberRange {
                first,
                last: item.last_sequence,
                messages: Vec::new(),
            });
        }
        let message = item
            .id
            .zip(item.content)
            .map(|(id, text)| indexable(id, text));
        if let Some(range) = ranges.last_mut() {
            range.messages.extend(message);
        }
    }
    Ok(ranges)
}

fn indexable(id: Uuid, text: String) -> Indexable {
    Indexable {
        id: ItemId::new(ids::read(id)),
        text,
    }
}

/// The next messages that were not indexed, as many as fit, after those of the last block, if that has
/// room for more.
async fn next(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    conversation: &StaleRow,
    left: &Left,
) -> QueryResult<Option<NumberRange>> {
    let (conversation_id, last) = (conversation.id, conversation.last_sequence);
    let indexed = conversation.indexed;
    if indexed >= last {
        return Ok(None);
    }
    let open = OpenBlock {
        owner_id,
        conversation_id,
        indexed,
        messages: BLOCK_MESSAGES as i32 - 1,
        bytes: BLOCK_BYTES as i32 / 2,
    };
    let open: Option<i32> = open.fetch_optional(connection).await?;
    let first = open.unwrap_or(indexed + 1);
    let items = StaleItems {
        owner_id,
        conversation_id,
        indexed: first - 1,
        last,
        rows: left.rows + BLOCK_MESSAGES as i64,
        bytes: left.bytes + BLOCK_BYTES as i64,
    };
    let items: Vec<StaleItemRow> = items.fetch_all(connection).await?;
    let read: i64 = items.iter().map(|item| size(&item.content)).sum();
    let is_all = read < left.bytes && (items.len() as i64) < left.rows;
    let sequences: Vec<i32> = items.iter().map(|item| item.sequence).collect();
    let each = items
        .into_iter()
        .map(|item| indexable(item.id, item.content));
    let mut messages: Vec<_> = each.collect();
    if is_all {
        return Ok(Some(NumberRange {
            first,
            last,
            messages,
        }));
    }
    // The last block may have more messages than were read: it is left for the next step.
    let part = blocks(&messages).last().map_or(0, |last| last.len());
    let whole = messages.len() - part;
    let up_to = |count: usize| sequences.get(count.checked_sub(1)?).copied();
    let reached = up_to(whole).filter(|reached| *reached > indexed);
    if reached.is_some() {
        messages.truncate(whole);
    }
    Ok(Some(NumberRange {
        first,
        last: reached.or(up_to(messages.len())).unwrap_or(last),
        messages,
    }))
}

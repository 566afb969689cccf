//! Blocks: messages of a conversation that follow each other and have a row of the index together,
//! so that the words that they share are there once.

use crate::id::ItemId;
use std::time::Duration;

/// A message to be indexed.
#[derive(Clone, Debug)]
pub struct Indexable {
    pub id: ItemId,
    pub text: String,
}

/// The most messages of a block, and the most bytes of text of a block with more than one message: if
/// one of them may match, all are compared.
pub const BLOCK_MESSAGES: usize = 16;
pub const BLOCK_BYTES: usize = 4 * 1024;
/// The longest time between the messages of a block: a page looks at all blocks around the place where it
/// begins.
pub const BLOCK_TIME: Duration = Duration::from_secs(3_600);

/// Cuts messages in the order of their numbers into blocks.
pub fn blocks(messages: &[Indexable]) -> Vec<&[Indexable]> {
    let mut blocks = Vec::new();
    let mut rest = messages;
    while !rest.is_empty() {
        let (block, later) = rest.split_at(first(rest));
        blocks.push(block);
        rest = later;
    }
    blocks
}

/// How many messages the first block has.
fn first(messages: &[Indexable]) -> usize {
    let (mut bytes, mut times) = (0, None);
    for (count, message) in messages.iter().enumerate() {
        let time = message.id.ulid().timestamp_ms();
        let (from, to) = times.unwrap_or((time, time));
        let (from, to) = (time.min(from), time.max(to));
        bytes += message.text.len();
        let is_long = bytes > BLOCK_BYTES || u128::from(to - from) > BLOCK_TIME.as_millis();
        if count == BLOCK_MESSAGES || count > 0 && is_long {
            return count;
        }
        times = Some((from, to));
    }
    messages.len()
}

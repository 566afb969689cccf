//! Stores the words of a step.

use super::gather::{Gathered, NumberRange};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::search::statements::index::{
    Indexed, Insert, Remove, RemoveOld, StaleRow, Unchanged,
};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::OwnerId;
use domain::search::{Indexable, MAKER, blocks, keys, marks, title_keys};
use std::cmp::Reverse;
use std::fmt::Write as _;
use uuid::Uuid;

/// The blocks of a conversation, with their words.
pub(super) struct MadeBlocks {
    stale: StaleRow,
    reached: i32,
    /// The blocks that end between two numbers are replaced.
    replaced: Vec<(i32, i32)>,
    blocks: Vec<Block>,
    /// The texts in them.
    ids: Vec<Uuid>,
}

struct Block {
    ids: (Uuid, Uuid),
    sequences: (i32, i32),
    count: i32,
    bytes: i32,
    /// As PostgreSQL writes an array.
    words: String,
    marks: Option<Vec<u8>>,
}

impl MadeBlocks {
    pub(super) fn of(owner: OwnerId, gathered: Gathered) -> Self {
        let Gathered {
            stale,
            reached,
            ranges,
        } = gathered;
        let mut made = Self {
            reached,
            replaced: vec![(0, 0)],
            blocks: Vec::new(),
            ids: vec![stale.id],
            stale,
        };
        if let Some(title) = &made.stale.title {
            made.blocks.push(Block {
                ids: (made.stale.id, made.stale.id),
                sequences: (0, 0),
                count: 0,
                bytes: size(title.len()),
                words: array(&title_keys(owner, title)),
                marks: None,
            });
        }
        for range in ranges {
            made.add(owner, &range);
        }
        // The last block may be made again for a message that was deleted, and for those that follow.
        let by_place = |block: &Block| (block.sequences.0, Reverse(block.sequences.1));
        made.blocks.sort_by_key(by_place);
        made.blocks.dedup_by_key(|block| block.sequences.0);
        made
    }

    fn add(&mut self, owner: OwnerId, range: &NumberRange) {
        self.replaced.push((range.first, range.last));
        for messages in blocks(&range.messages) {
            let each = messages
                .iter()
                .map(|message| ids::stored(message.id.ulid()));
            self.ids.extend(each);
            self.blocks.extend(Block::of(owner, messages));
        }
    }
}

impl Block {
    fn of(owner: OwnerId, messages: &[Indexable]) -> Option<Self> {
        let ids = || messages.iter().map(|message| message.id.ulid());
        let sequence = |message: &Indexable| message.id.sequence().0.cast_signed();
        let texts = || messages.iter().map(|message| message.text.as_str());
        Some(Self {
            ids: (ids::stored(ids().min()?), ids::stored(ids().max()?)),
            sequences: (sequence(messages.first()?), sequence(messages.last()?)),
            count: size(messages.len()),
            bytes: size(texts().map(str::len).sum()),
            words: array(&keys(owner, texts())),
            marks: marks(owner, messages),
        })
    }
}

fn size(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn array(keys: &[i32]) -> String {
    let mut array = String::from("{");
    for key in keys {
        if array.len() > 1 {
            array.push(',');
        }
        // A text takes everything that is written to it.
        let _ = write!(array, "{key}");
    }
    array.push('}');
    array
}

/// Stores the blocks of those conversations that are still there, and that no other step has indexed
/// meanwhile.
pub(super) async fn store(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    made: &[MadeBlocks],
) -> QueryResult<()> {
    let unchanged = Unchanged {
        owner_id,
        ids: &each(made, |stale| stale.id),
        makers: &each(made, |stale| stale.known_maker),
        sequences: &each(made, |stale| stale.known_sequence),
        revisions: &each(made, |stale| stale.known_revisions),
        renames: &each(made, |stale| stale.known_renames),
    };
    let unchanged: Vec<Uuid> = unchanged.fetch_all(connection).await?;
    let made: Vec<&MadeBlocks> = made
        .iter()
        .filter(|made| unchanged.contains(&made.stale.id))
        .collect();
    if made.is_empty() {
        return Ok(());
    }
    note(connection, owner_id, &made).await?;
    remove(connection, owner_id, &made).await?;
    insert(connection, owner_id, &made).await
}

fn each<T>(made: &[MadeBlocks], of: impl Fn(&StaleRow) -> T) -> Vec<T> {
    made.iter().map(|made| of(&made.stale)).collect()
}

/// Notes how far the conversations are indexed then.
async fn note(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    made: &[&MadeBlocks],
) -> QueryResult<()> {
    let ids: Vec<Uuid> = made.iter().map(|made| made.stale.id).collect();
    let sequences: Vec<i32> = made.iter().map(|made| made.reached).collect();
    let revisions: Vec<i32> = made.iter().map(|made| made.stale.revisions).collect();
    let renames: Vec<i32> = made.iter().map(|made| made.stale.renames).collect();
    let indexed = Indexed {
        owner_id,
        maker: MAKER,
        conversation_ids: &ids,
        sequences: &sequences,
        revisions: &revisions,
        renames: &renames,
    };
    indexed.write(connection).await?;
    Ok(())
}

/// Removes the blocks that are replaced, and what the version before had of the same texts.
async fn remove(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    made: &[&MadeBlocks],
) -> QueryResult<()> {
    let each = || {
        made.iter().flat_map(|made| {
            let of_one = made.replaced.iter();
            of_one.map(|(first, last)| (made.stale.id, *first, *last))
        })
    };
    let conversation_ids: Vec<Uuid> = each().map(|(id, ..)| id).collect();
    let first_sequences: Vec<i32> = each().map(|(_, first, _)| first).collect();
    let last_sequences: Vec<i32> = each().map(|(.., last)| last).collect();
    let remove = Remove {
        owner_id,
        conversation_ids: &conversation_ids,
        first_sequences: &first_sequences,
        last_sequences: &last_sequences,
    };
    remove.write(connection).await?;
    let ids: Vec<Uuid> = made.iter().flat_map(|made| &made.ids).copied().collect();
    let old = RemoveOld {
        owner_id,
        ids: &ids,
    };
    old.write(connection).await?;
    Ok(())
}

async fn insert(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    made: &[&MadeBlocks],
) -> QueryResult<()> {
    let all: Vec<(Uuid, &Block)> = made
        .iter()
        .flat_map(|made| made.blocks.iter().map(|block| (made.stale.id, block)))
        .collect();
    let each = || all.iter();
    let number = |of: fn(&Block) -> i32| -> Vec<i32> { each().map(|(_, one)| of(one)).collect() };
    let conversation_ids: Vec<Uuid> = each().map(|(id, _)| *id).collect();
    let first_ids: Vec<Uuid> = each().map(|(_, one)| one.ids.0).collect();
    let last_ids: Vec<Uuid> = each().map(|(_, one)| one.ids.1).collect();
    let words: Vec<String> = each().map(|(_, one)| one.words.clone()).collect();
    let marks: Vec<_> = each().map(|(_, one)| one.marks.clone()).collect();
    let insert = Insert {
        owner_id,
        conversation_ids: &conversation_ids,
        first_ids: &first_ids,
        last_ids: &last_ids,
        first_sequences: &number(|one| one.sequences.0),
        last_sequences: &number(|one| one.sequences.1),
        counts: &number(|one| one.count),
        bytes: &number(|one| one.bytes),
        words: &words,
        marks: &marks,
    };
    insert.write(connection).await?;
    Ok(())
}

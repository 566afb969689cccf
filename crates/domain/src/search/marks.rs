//! Marks: which messages of a block may have a word, or two words that follow each other, so that the
//! texts of the others need not be read.
//!
//! Each word and each pair has two places in the marks, by its hash. At each place there is a bit for each
//! message of the block. A message that has the word has both bits; one that has not, seldom.

use super::blocks::{BLOCK_MESSAGES, Indexable};
use super::keys::OwnerKeys;
use super::words::{Word, WordPiece, WordPieces, Words};
use crate::id::OwnerId;
use std::collections::HashSet;

/// The most bytes of the marks of a block, and the most words and pairs in it: a longer text has too many bits set
/// to say anything.
const LONGEST: usize = 2 * 1024;
const MOST: usize = 8 * 1024;
/// A name of more words than this has too many pairs with its neighbours.
const FORMS: usize = 16;
/// A bit is read with the two bytes after its own.
const AHEAD: usize = 2;

/// The marks of a block. `None`: each of its messages may have any word.
pub fn marks(owner: OwnerId, messages: &[Indexable]) -> Option<Vec<u8>> {
    let first = messages.first()?.id.sequence().0;
    let last = messages.last()?.id.sequence().0;
    // Messages between them may have been deleted.
    let span = usize::try_from(last.checked_sub(first)?).ok()? + 1;
    if span > BLOCK_MESSAGES {
        return None;
    }
    let (mut each, mut all, mut longest) = (Vec::new(), 0, 0);
    for message in messages {
        let places = places(OwnerKeys::of(owner), &message.text, MOST - all)?;
        all += places.len();
        longest = longest.max(places.len());
        let number = usize::try_from(message.id.sequence().0.checked_sub(first)?).ok()?;
        each.push((number, places));
    }
    let wanted = (3 * all / messages.len() + longest).max(8);
    let bytes = (wanted * span).div_ceil(8).min(LONGEST - AHEAD);
    let width = 8 * bytes / span;
    let mut marks = vec![0; bytes + AHEAD];
    for (number, places) in each {
        for place in places.into_iter().flatten() {
            let bit = span * (usize::try_from(place).ok()? % width) + number;
            *marks.get_mut(bit / 8)? |= 1 << (bit % 8);
        }
    }
    Some(marks)
}

/// The places of all words and pairs of a text; `None`: there are too many.
fn places(keys: OwnerKeys, text: &str, most: usize) -> Option<HashSet<[i32; 2]>> {
    let mut all = HashSet::new();
    let mut pieces = WordPieces::of(text, 2);
    while let Some(WordPiece { words, new }) = pieces.next() {
        for (at, word) in words.all.iter().enumerate().take(new) {
            if forms(words, word).count() > FORMS {
                return None;
            }
            let next = words.all.get(at + 1);
            for form in forms(words, word) {
                if !word.is_dense {
                    all.insert(keys.marks(form, None));
                }
                let next = next.into_iter().flat_map(|next| forms(words, next));
                all.extend(next.map(|next| keys.marks(form, Some(next))));
                if all.len() > most {
                    return None;
                }
            }
        }
    }
    Some(all)
}

/// The forms in which a word is found.
fn forms<'a>(words: &'a Words, word: &'a Word) -> impl Iterator<Item = &'a str> {
    std::iter::once(words.plain(word)).chain(words.parts(word))
}

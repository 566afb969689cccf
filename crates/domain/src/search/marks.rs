//! Marks: which messages of a block may have a word, or two words that follow each other, so that the
//! texts of the others need not be read.
//!
//! Each word and each pair has two places in the marks, by its hash. At each place there is a bit for each
//! message of the block. A message that has the word has both bits; one that has not, seldom.

use super::blocks::{BLOCK_MESSAGES, Indexable};
use super::keys::OwnerKeys;
use super::words::{WordPiece, WordPieces};
use crate::id::OwnerId;
use std::collections::HashSet;

/// The most bytes of the marks of a block, and the most words and pairs in it: a longer text has too many bits set
/// to say anything.
const LONGEST: usize = 2 * 1024;
const MOST: usize = 8 * 1024;
/// The most units of a word.
const UNITS: usize = 15;
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
    let wanted = (4 * all / messages.len() + 3 * longest / 2).max(8);
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
            for form in words.forms(word) {
                let mut last = "";
                for (number, unit) in units(form.plain).enumerate() {
                    if number > 0 {
                        all.insert(keys.marks(last, Some(unit)));
                    }
                    if !word.is_dense {
                        all.insert(keys.marks(unit, None));
                    }
                    last = unit;
                }
                let following = words.following(at, &form);
                let next = following.filter_map(|next| units(next.plain).next());
                all.extend(next.map(|next| keys.marks(last, Some(next))));
                if all.len() > most {
                    return None;
                }
            }
        }
    }
    Some(all)
}

/// What is marked of a word: its letters and its digits apart, as in `user2`. The word and the parts of it that
/// are found have the same marks then. A word with more of them is one: it is a hash.
pub(super) fn units(word: &str) -> impl Iterator<Item = &str> {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let next = word.bytes().skip(1);
    let borders = word
        .bytes()
        .zip(next)
        .filter(|(one, next)| is_digit(*one) != is_digit(*next));
    let is_one = borders.count() >= UNITS;
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = is_digit(rest.bytes().next()?);
        let end = rest
            .bytes()
            .position(|byte| !is_one && is_digit(byte) != first);
        let (unit, later) = rest.split_at(end.unwrap_or(rest.len()));
        rest = later;
        Some(unit)
    })
}

//! How many letters a text has, once its characters are written out.

use crate::search::scripts;

/// How many of the characters that stand for many letters are written out in a text. Each of the others is a word of its own:
/// a text of nothing else would be eighteen times as long as its characters.
pub(super) const WRITTEN_OUT: usize = 10_000;
const LETTERS_OF_LONG: usize = 18;

/// About the most letters that the words of a text have.
pub(in crate::search) fn letters_of(text: &str) -> usize {
    let long = text.chars().filter(|c| scripts::is_long(*c));
    text.len() + LETTERS_OF_LONG * long.take(WRITTEN_OUT).count()
}

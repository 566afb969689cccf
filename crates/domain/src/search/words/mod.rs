//! The words of a text, in the form in which they are compared, and their places.
//!
//! A word is a run of letters, digits and their marks, in Unicode's sense; other characters separate
//! words. Scripts that are written without spaces have no such words: there each character is one,
//! and characters that follow each other are found together. Case, width and compatible forms make
//! no difference. A second form keeps the diacritics, since they matter where a query has them.

mod pieces;
mod reader;

pub(super) use pieces::{WordPiece, WordPieces};

use std::ops::Range;

/// The words of a text.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The words without diacritics, and those with diacritics again with them.
    texts: String,
    pub(super) all: Vec<Word>,
}

/// A word, by its place among all.
#[derive(Clone, Debug)]
pub(super) struct Word {
    plain: Range<usize>,
    /// With diacritics, where it has some.
    exact: Option<Range<usize>>,
    /// Its characters in the text.
    pub(super) place: Range<usize>,
    /// Whether it is a character of a script without spaces.
    pub(super) is_dense: bool,
    /// Whether it follows the word before it without anything between them.
    pub(super) is_joined: bool,
    /// Where a name such as `camelCase` has humps: the first characters of the words in it.
    humps: Vec<usize>,
}

impl Words {
    /// Removes the first words.
    fn remove(&mut self, count: usize) {
        self.all.drain(..count);
        let end = self.texts.len();
        let start = self.all.first().map_or(end, |first| first.plain.start);
        self.texts.drain(..start);
        for word in &mut self.all {
            word.plain = word.plain.start - start..word.plain.end - start;
            let exact = word.exact.take();
            word.exact = exact.map(|exact| exact.start - start..exact.end - start);
        }
    }

    pub(super) fn plain(&self, word: &Word) -> &str {
        self.text(&word.plain)
    }

    pub(super) fn exact(&self, word: &Word) -> &str {
        self.text(word.exact.as_ref().unwrap_or(&word.plain))
    }

    pub(super) fn has_diacritics(&self, word: &Word) -> bool {
        word.exact.is_some()
    }

    /// The words in a name with humps.
    pub(super) fn parts<'a>(&'a self, word: &'a Word) -> impl Iterator<Item = &'a str> {
        let whole = self.plain(word);
        let ends = word.humps.iter().skip(1).copied().chain([whole.len()]);
        let parts = word.humps.iter().copied().zip(ends);
        parts.filter_map(move |(start, end)| whole.get(start..end))
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.texts.get(range.clone()).unwrap_or_default()
    }
}

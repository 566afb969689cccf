//! The words of a text, in the form in which they are compared, and their places.
//!
//! A word is a run of letters, digits and their marks, in Unicode's sense; other characters separate
//! words. Scripts that are written without spaces have no such words: there each character is one,
//! and characters that follow each other are found together. Case, width and compatible forms make
//! no difference. A second form keeps the diacritics, since they matter where a query has them.

mod decomposed;
mod dense;
mod letters;
mod names;
mod order;
mod pieces;
mod reader;

pub(super) use letters::letters_of;
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
    /// The words in a name such as `camelCase`.
    parts: Vec<Part>,
}

/// A word in a name, by its place in the name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    plain: Range<usize>,
    exact: Range<usize>,
    place: Range<usize>,
}

/// A form in which a word is found: all of it, or a word in a name.
pub(super) struct Form<'a> {
    pub(super) plain: &'a str,
    pub(super) exact: &'a str,
    /// Where it begins and ends in the word. Words in a name follow each other.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its characters in the text.
    pub(super) place: &'a Range<usize>,
}

impl Form<'_> {
    /// Whether the word ends with it.
    pub(super) fn is_last_of(&self, word: &Word) -> bool {
        self.end == word.plain.len()
    }
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

    /// The forms in which a word is found, all of it first.
    pub(super) fn forms<'a>(&'a self, word: &'a Word) -> impl Iterator<Item = Form<'a>> {
        let (plain, exact) = (self.plain(word), self.exact(word));
        let whole = Form {
            plain,
            exact,
            start: 0,
            end: plain.len(),
            place: &word.place,
        };
        let parts = word.parts.iter().map(move |part| Form {
            plain: plain.get(part.plain.clone()).unwrap_or_default(),
            exact: exact.get(part.exact.clone()).unwrap_or_default(),
            start: part.plain.start,
            end: part.plain.end,
            place: &part.place,
        });
        std::iter::once(whole).chain(parts)
    }

    /// The forms that follow a form of the word with this number: those that begin where it ends, or those
    /// with which the next word begins.
    pub(super) fn following<'a>(
        &'a self,
        number: usize,
        form: &Form<'_>,
    ) -> impl Iterator<Item = Form<'a>> + use<'a> {
        let word = self.all.get(number);
        let (next, start) = match word.is_some_and(|word| form.is_last_of(word)) {
            true => (self.all.get(number + 1), 0),
            false => (word, form.end),
        };
        let forms = next.into_iter().flat_map(|next| self.forms(next));
        forms.filter(move |form| form.start == start)
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.texts.get(range.clone()).unwrap_or_default()
    }
}

//! The words of a text, of a long one piece by piece.

use super::Words;
use super::reader::Reader;
use std::str::Chars;

impl Words {
    pub(in crate::search) fn of(text: &str) -> Self {
        let mut reader = Reader::default();
        let mut count = 0;
        for c in text.chars() {
            reader.read(c, count);
            count += 1;
        }
        reader.finish(count);
        reader.words
    }
}

/// The words of a text, a few thousand at a time: all words of a long text would take a hundred times
/// the memory of the text.
pub(in crate::search) struct WordPieces<'a> {
    rest: Chars<'a>,
    count: usize,
    reader: Reader,
    ahead: usize,
    has_ended: bool,
    /// How many words of the last piece were new. They are removed before the next one.
    used: usize,
}

/// Some words of a text. Terms may begin at the first `new` ones; the words after them are those of
/// the next piece.
pub(in crate::search) struct WordPiece<'a> {
    pub(in crate::search) words: &'a Words,
    pub(in crate::search) new: usize,
}

impl<'a> WordPieces<'a> {
    /// About how many words a piece has.
    const WORDS: usize = 4_096;

    /// `ahead`: the most words that are looked at together.
    pub(in crate::search) fn of(text: &'a str, ahead: usize) -> Self {
        Self {
            rest: text.chars(),
            count: 0,
            reader: Reader::default(),
            ahead: ahead.max(1),
            has_ended: false,
            used: 0,
        }
    }

    /// The next piece; `None` after the last.
    pub(in crate::search) fn next(&mut self) -> Option<WordPiece<'_>> {
        if self.has_ended {
            return None;
        }
        self.reader.words.remove(self.used);
        // The last word may still change, so one more is read.
        while self.reader.words.all.len() < Self::WORDS + self.ahead {
            let Some(c) = self.rest.next() else {
                self.reader.finish(self.count);
                self.has_ended = true;
                break;
            };
            self.reader.read(c, self.count);
            self.count += 1;
        }
        let all = self.reader.words.all.len();
        self.used = match self.has_ended {
            true => all,
            false => all - self.ahead,
        };
        Some(WordPiece {
            words: &self.reader.words,
            new: self.used,
        })
    }
}

//! The words of a text, in the form in which they are compared, and their places.
//!
//! A word is a run of letters, digits and their marks, in Unicode's sense; other characters separate
//! words. Scripts that are written without spaces have no such words: there each character is one,
//! and characters that follow each other are found together. Case, width and compatible forms make
//! no difference. Diacritics are kept beside, since they matter where a query has them.

use super::scripts::{self, Kind};
use crate::folding::lower;
use std::ops::Range;
use std::str::Chars;
use unicode_normalization::char::{compose, decompose_compatible};

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

/// The longest word: longer runs are cut, so that a text without spaces has words of bounded size.
const LONGEST: usize = 128;

/// The words of a text, some thousand at a time: all words of a long text would take a hundred times
/// the memory of the text.
pub(super) struct Pieces<'a> {
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
pub(super) struct Piece<'a> {
    pub(super) words: &'a Words,
    pub(super) new: usize,
}

impl<'a> Pieces<'a> {
    /// About how many words a piece has.
    const WORDS: usize = 4_096;

    /// `ahead`: the most words that are looked at together.
    pub(super) fn of(text: &'a str, ahead: usize) -> Self {
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
    pub(super) fn next(&mut self) -> Option<Piece<'_>> {
        if self.has_ended {
            return None;
        }
        self.reader.words.remove(self.used);
        // The last word may still change, so one more is read.
        while self.reader.words.all.len() < Self::WORDS + self.ahead {
            let Some(c) = self.rest.next() else {
                self.reader.end(self.count);
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
        Some(Piece {
            words: &self.reader.words,
            new: self.used,
        })
    }
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader::default();
        let mut count = 0;
        for c in text.chars() {
            reader.read(c, count);
            count += 1;
        }
        reader.end(count);
        reader.words
    }

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

/// Reads a text, a character at a time.
#[derive(Default)]
struct Reader {
    words: Words,
    plain: String,
    exact: String,
    humps: Vec<usize>,
    start: usize,
    length: usize,
    /// The character before, where it belongs to the same word.
    before: Option<char>,
    is_upper: bool,
    /// The end of the last word, to see what joins it.
    last_end: Option<usize>,
}

impl Reader {
    fn read(&mut self, c: char, place: usize) {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                self.letter(c, c.to_ascii_lowercase(), place);
            } else {
                self.end(place);
            }
            return;
        }
        match scripts::kind(c) {
            Kind::Ignored => {
                if self.plain.is_empty() && self.last_end == Some(place) {
                    self.last_end = Some(place + 1);
                }
            }
            Kind::Separator => self.end(place),
            Kind::Single => {
                self.end(place);
                self.dense(c, place);
            }
            Kind::Mark | Kind::Letter => decompose_compatible(c, |part| self.part(c, part, place)),
            Kind::Syllable => self.part(c, c, place),
        }
    }

    /// A character of a decomposition.
    fn part(&mut self, whole: char, part: char, place: usize) {
        match scripts::kind(part) {
            Kind::Ignored => {}
            Kind::Separator => self.end(place),
            Kind::Mark if scripts::is_diacritic(part) => self.diacritic(part),
            Kind::Single => self.dense(part, place),
            _ if scripts::is_dense(part) => self.syllable(part, place),
            _ => {
                let plain = scripts::without_stroke(part);
                lower(part, |lower| {
                    let plain = plain.unwrap_or(lower);
                    let mut folded = plain;
                    if plain != lower {
                        crate::folding::lower(plain, |c| folded = c);
                        self.stroke();
                    }
                    self.letter(whole, folded, place);
                    if plain != lower {
                        self.exact.pop();
                        self.exact.push(lower);
                    }
                });
            }
        }
    }

    /// Parts of Korean syllables may come one by one.
    fn syllable(&mut self, c: char, place: usize) {
        let follows = self.last_end == Some(place) && self.plain.is_empty();
        if follows
            && scripts::is_jamo(c)
            && let Some(last) = self.words.all.last_mut()
            && let Some(before) = self.words.texts.get(last.plain.clone())
            && let Some(whole) = before.chars().next().and_then(|before| compose(before, c))
        {
            self.words.texts.truncate(last.plain.start);
            self.words.texts.push(whole);
            last.plain.end = self.words.texts.len();
            last.place.end = place + 1;
            self.last_end = Some(place + 1);
            return;
        }
        self.end(place);
        self.dense(c, place);
    }

    fn letter(&mut self, written: char, folded: char, place: usize) {
        if self.length >= LONGEST {
            self.end(place);
        }
        if self.plain.is_empty() {
            self.start = place;
        }
        let is_upper = written.is_uppercase();
        let is_hump = match self.before {
            None => true,
            Some(_) => is_upper && !self.is_upper,
        };
        if is_hump {
            self.humps.push(self.plain.len());
        }
        (self.before, self.is_upper) = (Some(written), is_upper);
        self.plain.push(folded);
        if !self.exact.is_empty() {
            self.exact.push(folded);
        }
        self.length += 1;
    }

    /// From here on the form with diacritics differs.
    fn stroke(&mut self) {
        if self.exact.is_empty() {
            self.exact.push(' ');
            self.exact.push_str(&self.plain);
        }
    }

    fn diacritic(&mut self, mark: char) {
        // A dot over an i makes no difference: it is the lower case of the dotted capital.
        let is_dot = mark == '\u{307}' && self.plain.ends_with('i');
        if !self.plain.is_empty() && !is_dot && self.exact.len() < 8 * LONGEST {
            self.stroke();
            self.exact.push(mark);
        }
    }

    fn dense(&mut self, c: char, place: usize) {
        let start = self.words.texts.len();
        lower(c, |c| self.words.texts.push(c));
        let plain = start..self.words.texts.len();
        let is_joined = self.last_end.is_some_and(|end| end >= place);
        self.words.all.push(Word {
            plain,
            exact: None,
            place: place..place + 1,
            is_dense: true,
            is_joined,
            humps: Vec::new(),
        });
        self.last_end = Some(place + 1);
    }

    /// Ends the word, if there is one, before this place.
    fn end(&mut self, place: usize) {
        if self.plain.is_empty() {
            return;
        }
        let start = self.words.texts.len();
        self.words.texts.push_str(&self.plain);
        let plain = start..self.words.texts.len();
        let exact = self.exact.get(1..).filter(|exact| !exact.is_empty());
        let exact = exact.map(|exact| {
            let start = self.words.texts.len();
            self.words.texts.push_str(exact);
            start..self.words.texts.len()
        });
        let mut humps = std::mem::take(&mut self.humps);
        if humps.len() < 2 {
            humps.clear();
        }
        self.words.all.push(Word {
            plain,
            exact,
            place: self.start..place.max(self.start + 1),
            is_dense: false,
            is_joined: self.last_end.is_some_and(|end| end >= self.start),
            humps,
        });
        self.last_end = Some(place);
        self.plain.clear();
        self.exact.clear();
        (self.before, self.is_upper, self.length) = (None, false, 0);
    }
}

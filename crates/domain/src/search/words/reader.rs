//! Makes words of characters.

use super::{Word, Words};
use crate::folding::lower;
use crate::search::scripts::{self, LetterKind};
use unicode_normalization::char::{compose, decompose_compatible};

/// The longest word: longer runs are cut, so that a text without spaces has words of bounded size.
const LONGEST: usize = 128;

impl Words {
    pub(in crate::search) fn of(text: &str) -> Self {
        let mut reader = Reader::default();
        let mut count = 0;
        for c in text.chars() {
            reader.read(c, count);
            count += 1;
        }
        reader.end(count);
        reader.words
    }
}

/// Reads a text, a character at a time.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) words: Words,
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
    pub(super) fn read(&mut self, c: char, place: usize) {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                self.letter(c, c.to_ascii_lowercase(), place);
            } else {
                self.end(place);
            }
            return;
        }
        match scripts::kind(c) {
            LetterKind::Ignored => {
                if self.plain.is_empty() && self.last_end == Some(place) {
                    self.last_end = Some(place + 1);
                }
            }
            LetterKind::Separator => self.end(place),
            LetterKind::Single => {
                self.end(place);
                self.dense(c, place);
            }
            LetterKind::Mark | LetterKind::Letter => {
                decompose_compatible(c, |part| self.part(c, part, place))
            }
            LetterKind::Syllable => self.part(c, c, place),
        }
    }

    /// A character of a decomposition.
    fn part(&mut self, whole: char, part: char, place: usize) {
        match scripts::kind(part) {
            LetterKind::Ignored => {}
            LetterKind::Separator => self.end(place),
            LetterKind::Mark if scripts::is_diacritic(part) => self.diacritic(part),
            LetterKind::Single => self.dense(part, place),
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
    pub(super) fn end(&mut self, place: usize) {
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

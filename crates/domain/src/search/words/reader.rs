//! Makes words of characters.

use super::letters::WRITTEN_OUT;
use super::names::{Class, Run, Spot, parts};
use super::order::OrderedMarks;
use super::{Word, Words};
use crate::folding::lower;
use crate::search::scripts::{self, LetterKind};
use unicode_normalization::char::decompose_compatible;

/// The longest word: longer runs are cut, so that a text without spaces has words of bounded size.
const LONGEST: usize = 128;

/// Reads a text, a character at a time.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) words: Words,
    plain: String,
    exact: String,
    /// The letters of the word by their classes, and the last of them.
    runs: Vec<Run>,
    last: Spot,
    /// Its characters in the text.
    start: usize,
    finish: usize,
    length: usize,
    /// The end of the last word, to see what joins it.
    last_end: Option<usize>,
    /// The marks of the last letter, as long as others may follow.
    pub(super) marks: OrderedMarks,
    written_out: usize,
}

impl Reader {
    pub(super) fn read(&mut self, c: char, place: usize) {
        if c.is_ascii() {
            self.order_marks();
            if c.is_ascii_alphanumeric() {
                let class = match c {
                    'a'..='z' => Class::Small,
                    'A'..='Z' => Class::Capital,
                    _ => Class::Digit,
                };
                self.letter(class, c.to_ascii_lowercase(), place);
            } else {
                self.end(place);
            }
            return;
        }
        if scripts::is_long(c) {
            self.written_out += 1;
            if self.written_out > WRITTEN_OUT {
                self.single(c, place);
                return;
            }
        }
        match scripts::kind(c) {
            LetterKind::Ignored => self.part(Class::Small, c, place),
            LetterKind::Separator | LetterKind::Single if scripts::stands_for_words(c) => {
                decompose_compatible(c, |part| self.part(Class::Symbol(place), part, place));
            }
            LetterKind::Separator => self.finish(place),
            LetterKind::Single => self.single(c, place),
            LetterKind::Syllable => {
                self.order_marks();
                self.syllable(c, place);
            }
            LetterKind::Mark | LetterKind::Letter => {
                let class = |part: char| match part.is_numeric() {
                    true => Class::Digit,
                    false if part.is_uppercase() && !c.is_lowercase() => Class::Capital,
                    false => Class::Small,
                };
                decompose_compatible(c, |part| self.part(class(part), part, place));
            }
        }
    }

    /// A character of a decomposition whose marks are in order.
    pub(super) fn ordered(&mut self, kind: LetterKind, class: Class, part: char, place: usize) {
        match kind {
            LetterKind::Ignored => {
                if part == scripts::SPACE_WITHOUT_WIDTH {
                    self.end(place);
                }
                self.passed(place);
            }
            LetterKind::Separator => {
                self.end(place);
                // The brackets of ㈱ are not characters of the text, and stand between words all the same.
                self.last_end = None;
            }
            LetterKind::Mark if scripts::is_diacritic(part) => self.diacritic(part, place),
            LetterKind::Single => self.single(part, place),
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
                    self.letter(class, folded, place);
                    if plain != lower {
                        self.exact.pop();
                        self.exact.push(lower);
                    }
                });
            }
        }
    }

    /// A character that stands between no words.
    fn passed(&mut self, place: usize) {
        if self.plain.is_empty() && self.last_end == Some(place) {
            self.last_end = Some(place + 1);
        }
    }

    /// A character that is a word of its own.
    fn single(&mut self, c: char, place: usize) {
        self.finish(place);
        self.dense(c, place);
    }

    /// Parts of Korean syllables, and the sound marks of kana, may come one by one.
    fn syllable(&mut self, c: char, place: usize) {
        self.end(place);
        if !scripts::is_jamo(c) && !scripts::is_sound_mark(c) || !self.attached(c, place) {
            self.dense(c, place);
        }
    }

    /// Makes the character a part of the word before it. `false`: it cannot be.
    fn attached(&mut self, c: char, place: usize) -> bool {
        let follows = self.last_end.is_some_and(|end| end >= place);
        let is_attached = follows && self.words.attach(c, place);
        if is_attached {
            self.last_end = Some(place + 1);
        }
        is_attached
    }

    fn letter(&mut self, class: Class, folded: char, place: usize) {
        if self.length >= LONGEST {
            self.end(place);
        }
        if self.plain.is_empty() {
            self.start = place;
        }
        let spot = self.spot(place);
        if self.runs.last().is_none_or(|run| run.class != class) {
            self.runs.push(Run {
                class,
                start: spot,
                before: self.last,
            });
        }
        self.last = spot;
        self.plain.push(folded);
        if !self.exact.is_empty() {
            self.exact.push(folded);
        }
        self.finish = place + 1;
        self.length += 1;
    }

    fn spot(&self, place: usize) -> Spot {
        let plain = self.plain.len();
        Spot {
            plain,
            exact: self.exact.len().checked_sub(1).unwrap_or(plain),
            place,
        }
    }

    /// From here on the form with diacritics differs.
    fn stroke(&mut self) {
        if self.exact.is_empty() {
            self.exact.push(' ');
            self.exact.push_str(&self.plain);
        }
    }

    fn diacritic(&mut self, mark: char, place: usize) {
        // A dot over an i makes no difference: it is the lower case of the dotted capital.
        let is_dot = mark == '\u{307}' && self.plain.ends_with('i');
        if self.plain.is_empty() {
            self.passed(place);
            return;
        }
        self.finish = place + 1;
        if !is_dot && self.exact.len() < 8 * LONGEST {
            self.stroke();
            self.exact.push(mark);
        }
    }

    fn dense(&mut self, c: char, place: usize) {
        let is_second = scripts::is_regional(c) && self.words.ends_with_half_a_flag();
        if is_second && self.attached(c, place) {
            return;
        }
        let is_joined = self.last_end.is_some_and(|end| end >= place);
        self.words.add_character(c, place, is_joined);
        self.last_end = Some(place + 1);
    }

    /// Ends the word, and the marks of its last letter.
    pub(super) fn finish(&mut self, place: usize) {
        self.order_marks();
        self.end(place);
    }

    /// Ends the word, if there is one, before this place.
    fn end(&mut self, place: usize) {
        if self.plain.is_empty() {
            return;
        }
        let end = self.spot(self.finish);
        let parts = parts(&self.plain, &self.runs, self.last, end);
        let start = self.words.texts.len();
        self.words.texts.push_str(&self.plain);
        let plain = start..self.words.texts.len();
        let exact = self.exact.get(1..).filter(|exact| !exact.is_empty());
        let exact = exact.map(|exact| {
            let start = self.words.texts.len();
            self.words.texts.push_str(exact);
            start..self.words.texts.len()
        });
        self.words.all.push(Word {
            plain,
            exact,
            place: self.start..self.finish,
            is_dense: false,
            is_joined: self.last_end.is_some_and(|end| end >= self.start),
            parts,
        });
        self.last_end = Some(place);
        self.plain.clear();
        self.exact.clear();
        self.runs.clear();
        self.length = 0;
    }
}

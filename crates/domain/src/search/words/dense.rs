//! Words of one character, of scripts without spaces, and symbols.

use super::{Word, Words};
use crate::folding::lower;
use crate::search::scripts;
use unicode_normalization::char::compose;

impl Words {
    /// Adds a character that is a word.
    pub(super) fn add_character(&mut self, c: char, place: usize, is_joined: bool) {
        let start = self.texts.len();
        lower(c, |c| self.texts.push(c));
        self.all.push(Word {
            plain: start..self.texts.len(),
            exact: None,
            place: place..place + 1,
            is_dense: true,
            is_joined,
            parts: Vec::new(),
        });
    }

    /// Makes a part of a Korean syllable, a sound mark or the second letter of a flag a part of the last word.
    /// `false`: it cannot be.
    pub(super) fn attach(&mut self, c: char, place: usize) -> bool {
        let Some(last) = self.all.last_mut().filter(|last| last.is_dense) else {
            return false;
        };
        let before = self.texts.get(last.plain.clone()).unwrap_or_default();
        let mut letters = before.chars();
        let (Some(first), None) = (letters.next(), letters.next()) else {
            return false;
        };
        match compose(first, c) {
            Some(whole) => {
                self.texts.truncate(last.plain.start);
                self.texts.push(whole);
            }
            None if scripts::is_jamo(c) => return false,
            None => self.texts.push(c),
        }
        last.plain.end = self.texts.len();
        last.place.end = place + 1;
        true
    }

    /// Whether the last word is one letter of the two of a flag.
    pub(super) fn ends_with_half_a_flag(&self) -> bool {
        let last = self.all.last().map(|last| self.plain(last));
        let mut letters = last.unwrap_or_default().chars();
        letters.next().is_some_and(scripts::is_regional) && letters.next().is_none()
    }
}

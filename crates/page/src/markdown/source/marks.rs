//! Characters that a message does not have. They stand for parts that were set apart, or tell Markdown
//! something. They never reach a page.

use super::apart::SetApart;
use super::emphasis::EmphasisSides;
use std::borrow::Cow;
use std::fmt::Write as _;

pub(super) struct Marks {
    /// Stands around the number of a part that is set apart. To Markdown it is a letter.
    apart: char,
    /// To Markdown it is punctuation.
    pub(super) point: char,
    /// To Markdown it is white space.
    pub(super) space: char,
}

/// A part of a text that Markdown has read.
pub(in super::super) enum ReadPart<'t, 'a> {
    Text(Cow<'t, str>),
    Apart(&'t SetApart<'a>),
}

impl Marks {
    /// `None` where the message has all of the characters that could be used.
    pub(super) fn of(content: &str) -> Option<Self> {
        let free = |characters: std::ops::RangeInclusive<char>| {
            characters.into_iter().find(|c| !content.contains(*c))
        };
        Some(Self {
            // Noncharacters: they have no meaning anywhere.
            apart: free('\u{FDD0}'..='\u{FDEF}')?,
            // Dots and crosses of old manuscripts.
            point: free('\u{2E00}'..='\u{2E0D}')?,
            space: free('\u{2000}'..='\u{200A}')?,
        })
    }

    pub(super) fn push(&self, out: &mut String, number: usize) {
        // Writing into a string cannot fail.
        let _ = write!(out, "{apart}{number}{apart}", apart = self.apart);
    }

    /// The marks before and after a run of stars or underscores.
    pub(super) fn around(&self, beside: EmphasisSides) -> (Option<char>, Option<char>) {
        match beside {
            EmphasisSides::Nothing => (None, None),
            EmphasisSides::PointBefore => (Some(self.point), None),
            EmphasisSides::PointAfter => (None, Some(self.point)),
            EmphasisSides::Spaces => (Some(self.space), Some(self.space)),
        }
    }

    fn is_one(&self, c: char) -> bool {
        c == self.apart || c == self.point || c == self.space
    }

    fn without<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.contains(|c| self.is_one(c)) {
            false => Cow::Borrowed(text),
            true => Cow::Owned(text.replace(|c| self.is_one(c), "")),
        }
    }

    pub(super) fn parts<'t, 'a>(
        &self,
        text: &'t str,
        apart: &'t [SetApart<'a>],
    ) -> Vec<ReadPart<'t, 'a>> {
        let mut parts = Vec::new();
        for (at, piece) in text.split(self.apart).enumerate() {
            // Each second piece stands between two marks, and is a number.
            let found = (at % 2 == 1)
                .then(|| apart.get(piece.parse::<usize>().ok()?))
                .flatten();
            match found {
                Some(found) => parts.push(ReadPart::Apart(found)),
                None if piece.is_empty() => {}
                None => parts.push(ReadPart::Text(self.without(piece))),
            }
        }
        parts
    }

    pub(super) fn written<'t>(&self, text: &'t str, apart: &[SetApart<'_>]) -> Cow<'t, str> {
        if !text.contains(|c| self.is_one(c)) {
            return Cow::Borrowed(text);
        }
        let mut written = String::with_capacity(text.len());
        for part in self.parts(text, apart) {
            match part {
                ReadPart::Text(text) => written.push_str(&text),
                ReadPart::Apart(apart) => written.push_str(apart.written),
            }
        }
        Cow::Owned(written)
    }
}

//! Titles, and the words of a text that can be one.

mod first_words;
pub(crate) mod greeting;
pub(crate) mod languages;

use crate::error::Result;
use crate::text;
use std::ops::RangeInclusive;

/// A title of 1 to 256 characters, trimmed, with at least one visible character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// The author of a title. A derived title may be replaced by a better one; a person's title is
/// never replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleSource {
    Person,
    FirstMessage,
    Model,
}

impl Title {
    const LENGTH: RangeInclusive<usize> = 1..=256;
    /// How long a title taken from a message may be, in characters.
    const DERIVED: usize = 60;

    pub fn parse(raw: &str) -> Result<Self> {
        let trimmed = raw.trim();
        text::check_name("title", trimmed, Self::LENGTH)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// A stored title: earlier versions accepted some invisible ones.
    pub fn stored(raw: &str) -> Result<Self> {
        text::check("title", raw, Self::LENGTH)?;
        Ok(Self(raw.to_owned()))
    }

    /// The first meaningful words of a text, as a title.
    pub fn from_text(text: &str) -> Option<Self> {
        first_words::of(text, Self::DERIVED).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

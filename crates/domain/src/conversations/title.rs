use super::first_words;
use crate::error::Result;
use crate::items::{Content, Role};
use crate::text;
use std::ops::RangeInclusive;

/// A title of 1 to 256 characters, trimmed, that can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// Who wrote a title. Only a person's is final: what was derived may be replaced by something
/// better, what a person chose never is.
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

    /// A title that is stored: earlier versions took some that cannot be seen.
    pub fn stored(raw: &str) -> Result<Self> {
        text::check("title", raw, Self::LENGTH)?;
        Ok(Self(raw.to_owned()))
    }

    /// The title an untitled conversation gets from a message: its first words that say something,
    /// when a user wrote it.
    pub fn from_message(role: Role, content: &Content) -> Option<Self> {
        match role {
            Role::User => first_words::of(content.as_str(), Self::DERIVED).map(Self),
            Role::System | Role::Developer | Role::Assistant | Role::Tool => None,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

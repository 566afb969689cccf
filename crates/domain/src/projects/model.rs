use crate::conversations::Flags;
use crate::error::Result;
use crate::id::ProjectId;
use crate::state::{Fingerprint, Tag};
use crate::text;
use chrono::{DateTime, Utc};
use std::ops::RangeInclusive;

/// A folder of conversations.
#[derive(Clone, Debug)]
pub struct Project {
    pub id: ProjectId,
    pub title: ProjectTitle,
    pub description: Option<Description>,
    pub instruction: Option<Instruction>,
    /// How many conversations the project holds now.
    pub conversation_count: u64,
    pub flags: Flags,
    pub created_at: DateTime<Utc>,
    /// When the project itself was last changed; changes of its conversations, or of its flags, do
    /// not count.
    pub updated_at: DateTime<Utc>,
}

impl Project {
    /// Its state, with the number of its conversations, which a change of the project leaves out.
    pub fn tag(&self) -> Tag {
        let itself = Fingerprint::default()
            .text(Some(self.title.as_str()))
            .text(self.description.as_ref().map(Description::as_str))
            .text(self.instruction.as_ref().map(Instruction::as_str))
            .number((u64::from(self.flags.archived) << 1) | u64::from(self.flags.pinned))
            .time(self.updated_at);
        Tag::of(itself).and(Fingerprint::default().number(self.conversation_count))
    }
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $length:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            pub fn parse(raw: &str) -> Result<Self> {
                text::check($field, raw, $length)?;
                Ok(Self(raw.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }
        }
    };
}

/// 1 to 120 characters, trimmed, with at least one visible character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectTitle(String);

impl ProjectTitle {
    const LENGTH: RangeInclusive<usize> = 1..=120;

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

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

bounded_text!(
    /// The description of the project, for people: up to 2,000 characters, stored as sent.
    Description, "description", 0..=2_000
);
bounded_text!(
    /// The first message for the model in every conversation of the project: up to 32,768
    /// characters, stored as sent.
    Instruction, "instruction", 0..=32_768
);

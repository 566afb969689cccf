use super::first_words;
use crate::error::Result;
use crate::items::{Content, Role};
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
    /// How many messages of a person are read.
    const LOOKED_AT: usize = 4;

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

    /// The title that a message gives to an untitled conversation: the first meaningful words of a
    /// user's message.
    pub fn from_message(role: Role, content: &Content) -> Option<Self> {
        match role {
            Role::User => first_words::of(content.as_str(), Self::DERIVED).map(Self),
            Role::System | Role::Developer | Role::Assistant | Role::Tool => None,
        }
    }

    /// The title from the first of several messages that gives one. Looks at a limited number: a
    /// hundred long messages without words would keep other requests waiting.
    pub fn from_messages<'a>(
        messages: impl IntoIterator<Item = (Role, &'a Content)>,
    ) -> Option<Self> {
        let users = messages.into_iter().filter(|(role, _)| *role == Role::User);
        users
            .take(Self::LOOKED_AT)
            .find_map(|(role, content)| Self::from_message(role, content))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_few_messages_gives_the_title() {
        let content = |text: &str| Content::parse(text.to_owned()).unwrap();
        let (empty, oslo) = (content("\n"), content("Oslo"));
        let title = |before: usize| {
            let others = vec![(Role::User, &empty); before];
            let all = [(Role::System, &oslo)].into_iter().chain(others);
            Title::from_messages(all.chain([(Role::User, &oslo)])).map(Title::into_string)
        };
        assert_eq!(title(Title::LOOKED_AT - 1).as_deref(), Some("Oslo"));
        assert_eq!(title(Title::LOOKED_AT), None);
    }
}

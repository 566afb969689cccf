use crate::error::{Error, Result};
use crate::state::{Fingerprint, Tag};
use crate::text;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $length:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            const LENGTH: RangeInclusive<usize> = $length;

            /// `field` names it in an error.
            pub fn parse(field: &str, raw: &str) -> Result<Self> {
                text::check(field, raw, Self::LENGTH)?;
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

bounded_text!(
    /// A name or an occupation: up to 100 characters.
    ShortText, 0..=100
);
bounded_text!(
    /// A person's description of themselves: up to 8,000 characters.
    About, 0..=8_000
);
bounded_text!(
    /// How a person wants to be answered: up to 8,000 characters.
    Answers, 0..=8_000
);

/// The tone of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Concise,
    Friendly,
    Professional,
}

/// Facts about a person, for the models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub nickname: Option<ShortText>,
    pub occupation: Option<ShortText>,
    pub about: Option<About>,
    pub instructions: Option<Answers>,
    pub style: Option<Style>,
}

impl Profile {
    pub fn is_empty(&self) -> bool {
        self.in_words().is_none()
    }

    /// The profile in the words of a system message; `None` where it is empty.
    pub fn in_words(&self) -> Option<String> {
        let mut lines = String::new();
        let mut line = |what: &str, text: Option<&str>| {
            let text = text.map(str::trim).filter(|text| !text.is_empty());
            if let Some(text) = text {
                // Writing into a string cannot fail.
                let _ = writeln!(lines, "{what}: {text}");
            }
        };
        line("Name", self.nickname.as_ref().map(ShortText::as_str));
        line(
            "Occupation",
            self.occupation.as_ref().map(ShortText::as_str),
        );
        line("About", self.about.as_ref().map(About::as_str));
        line(
            "How to answer",
            self.instructions.as_ref().map(Answers::as_str),
        );
        line("Tone", self.style.map(Style::word));
        let lines = lines.trim_end();
        (!lines.is_empty()).then(|| format!("The user says of themselves:\n{lines}"))
    }
}

impl Style {
    fn word(self) -> &'static str {
        match self {
            Self::Concise => "concise",
            Self::Friendly => "friendly",
            Self::Professional => "professional",
        }
    }
}

/// A client's own settings: a JSON object of at most 64 KiB, written without blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences(String);

impl Preferences {
    /// The most bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// An object without fields.
    pub const NONE: &'static str = "{}";

    /// `written` is an object without NUL.
    pub fn parse(written: String) -> Result<Self> {
        match written.len() <= Self::MAX_BYTES {
            true => Ok(Self(written)),
            false => Err(Self::too_large()),
        }
    }

    pub fn too_large() -> Error {
        Error::invalid("preferences", "preferences must have at most 64 KiB.")
    }

    /// Stored values were checked before.
    pub fn stored(written: String) -> Self {
        Self(written)
    }

    pub fn is_empty(&self) -> bool {
        self.0 == Self::NONE
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self(Self::NONE.to_owned())
    }
}

/// The settings of a user. A field that was never set is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub profile: Profile,
    pub preferences: Preferences,
    /// Whether the models get the profile. `None`: never set; they get it.
    pub use_profile: Option<bool>,
}

impl Settings {
    pub fn tag(&self) -> Tag {
        let Profile {
            nickname,
            occupation,
            about,
            instructions,
            style,
        } = &self.profile;
        let use_profile = self.use_profile.map_or(2, u64::from);
        Tag::of(
            Fingerprint::default()
                .text(nickname.as_ref().map(ShortText::as_str))
                .text(occupation.as_ref().map(ShortText::as_str))
                .text(about.as_ref().map(About::as_str))
                .text(instructions.as_ref().map(Answers::as_str))
                .text(style.map(Style::word))
                .text(Some(self.preferences.as_str()))
                .number(use_profile),
        )
    }

    /// The profile, where the models may know of it.
    pub fn in_words(&self) -> Option<String> {
        match self.use_profile {
            Some(false) => None,
            Some(true) | None => self.profile.in_words(),
        }
    }

    /// Whether the models get the profile. An empty profile is not sent.
    pub fn uses_profile(&self) -> bool {
        self.use_profile.unwrap_or(!self.profile.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_becomes_lines_without_blank_fields() {
        let profile = Profile {
            nickname: Some(ShortText::parse("nickname", "Ada").unwrap()),
            occupation: Some(ShortText::parse("occupation", "  ").unwrap()),
            style: Some(Style::Concise),
            ..Profile::default()
        };
        let lines = "The user says of themselves:\nName: Ada\nTone: concise";
        assert_eq!(profile.in_words().as_deref(), Some(lines));
        assert_eq!(Profile::default().in_words(), None);
    }

    #[test]
    fn preferences_have_a_size() {
        let object = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        assert!(Preferences::parse(object(65_528)).is_ok());
        assert!(Preferences::parse(object(65_529)).is_err());
    }
}

use crate::error::{Error, Result};
use crate::folding::fold;
use crate::text;

/// The tags of a conversation: up to 20, each different without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<String>);

impl Tags {
    pub const MOST: usize = 20;
    const LENGTH: std::ops::RangeInclusive<usize> = 1..=64;

    /// Trims each tag. Of tags that differ in case only, the first one counts.
    pub fn parse(raw: Vec<String>) -> Result<Self> {
        if raw.len() > Self::MOST {
            let message = format!("tags must have at most {} entries.", Self::MOST);
            return Err(Error::invalid("tags", message));
        }
        let mut tags = Vec::<String>::new();
        let mut keys = Vec::<String>::new();
        for (index, raw) in raw.iter().enumerate() {
            let (tag, key) = parsed(&format!("tags[{index}]"), raw)?;
            if keys.contains(&key) {
                continue;
            }
            keys.push(key);
            tags.push(tag);
        }
        Ok(Self(tags))
    }

    /// Tags as they are stored.
    pub fn stored(tags: Vec<String>) -> Self {
        Self(tags)
    }

    pub fn names(&self) -> &[String] {
        &self.0
    }

    pub fn into_names(self) -> Vec<String> {
        self.0
    }

    /// The forms by which they are compared, in the same order: without case, but also without width and other
    /// compatible forms, so `x²` and `x2` are one tag, and `İ` is `i`. They are stored beside the tags: other keys,
    /// such as Unicode's default case folding alone, would not find the tags of rows that have these.
    pub fn keys(&self) -> Vec<String> {
        self.0.iter().map(|tag| fold(tag)).collect()
    }

    pub fn bytes(&self) -> usize {
        self.0.iter().map(String::len).sum()
    }
}

/// A tag to look for, in the form by which tags are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagKey(String);

impl TagKey {
    pub fn parse(param: &str, raw: &str) -> Result<Self> {
        parsed(param, raw).map(|(_, key)| Self(key))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parsed(param: &str, raw: &str) -> Result<(String, String)> {
    let trimmed = raw.trim();
    text::check_name(param, trimmed, Tags::LENGTH)?;
    Ok((trimmed.to_owned(), fold(trimmed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(raw: &[&str]) -> Result<Tags> {
        Tags::parse(raw.iter().map(|tag| (*tag).to_owned()).collect())
    }

    #[test]
    fn they_are_trimmed_and_differ_by_more_than_case() {
        let tags = tags(&[" Work ", "work", "STRASSE", "Straße", "ΟΔΟΣ", "οδος"]).unwrap();
        assert_eq!(tags.names(), ["Work", "STRASSE", "ΟΔΟΣ"]);
        assert_eq!(tags.keys(), ["work", "strasse", "οδοσ"]);
    }

    #[test]
    fn their_number_and_lengths_are_limited() {
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert!(Tags::parse(many.clone()).is_err());
        assert!(Tags::parse(many.into_iter().take(20).collect()).is_ok());
        assert!(Tags::parse(vec!["equal".to_owned(); 21]).is_err());
        for refused in ["", "  ", "\u{200b}", "a\0b", &"x".repeat(65)] {
            let refused = tags(&["fine", refused]).unwrap_err().to_string();
            assert!(refused.starts_with("tags[1] "), "{refused}");
        }
    }
}

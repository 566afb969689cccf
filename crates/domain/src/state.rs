//! The state of an object, as clients know it by its tag, and changes that are made only in a state
//! that the client knows.

/// The states in which a change may be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any state of an object that exists.
    #[default]
    Any,
    /// The states with these tags. The second part of a tag does not count: such a change
    /// cannot overwrite the data that it stands for.
    OneOf(Vec<String>),
}

impl Expected {
    /// Whether a state must be looked at.
    pub fn is_any(&self) -> bool {
        *self == Self::Any
    }

    /// Whether a change may be made in the state with this tag.
    pub fn holds(&self, tag: &Tag) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(known) => known
                .iter()
                .any(|known| compared(known) == compared(&tag.0)),
        }
    }
}

/// The part of a tag that a change compares. Another text than our tags is compared as a whole.
fn compared(tag: &str) -> &str {
    match tag.split_once('.') {
        Some((first, second)) if is_fingerprint(first) && is_fingerprint(second) => first,
        _ => tag,
    }
}

fn is_fingerprint(part: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    part.len() == 16 && part.bytes().all(is_digit)
}

/// The result of a change that was to be made in an expected state only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked<T> {
    Done(T),
    /// The object is in another state, and was not changed.
    Stale,
}

/// Names a state of an object: another state has another tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of a numbered state.
    pub fn number(number: u32) -> Self {
        Self(number.to_string())
    }

    /// The tag of a state, by all that a change compares.
    pub fn of(compared: Fingerprint) -> Self {
        Self(format!("{:016x}", compared.0))
    }

    /// Adds data that changes by itself and that answers show.
    #[must_use]
    pub fn and(self, other: Fingerprint) -> Self {
        Self(format!("{}.{:016x}", self.0, other.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number for some values in their order (64 bits, after FNV-1a, a word at a time). All instances and releases make the
/// same. An owner's objects are compared with themselves alone, so it need not resist an attacker.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        let step = |digest: u64, word: u64| {
            let mixed = (digest ^ word).wrapping_mul(0x0100_0000_01b3);
            // A product alone carries nothing from its high bits to the low ones.
            mixed ^ (mixed >> 32)
        };
        let mut words = bytes.chunks_exact(8);
        let whole = words.by_ref().fold(self.0, |digest, word| {
            let word = word.iter().rev();
            step(
                digest,
                word.fold(0, |word, byte| (word << 8) | u64::from(*byte)),
            )
        });
        let rest = words.remainder().iter();
        Self(rest.fold(whole, |digest, byte| step(digest, u64::from(*byte))))
    }

    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    /// An absent text differs from an empty one, and the parts after a text cannot be taken for its end.
    #[must_use]
    pub fn text(self, text: Option<&str>) -> Self {
        match text {
            None => self.bytes(&[0]),
            Some(text) => self
                .bytes(&[1])
                .number(text.len() as u64)
                .bytes(text.as_bytes()),
        }
    }

    #[must_use]
    pub fn time(self, time: chrono::DateTime<chrono::Utc>) -> Self {
        self.number(time.timestamp_micros().cast_unsigned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(texts: &[Option<&str>]) -> Tag {
        let each = texts.iter();
        Tag::of(each.fold(Fingerprint::default(), |print, text| print.text(*text)))
    }

    #[test]
    fn texts_are_kept_apart() {
        let tags = [
            print(&[Some("ab"), None]),
            print(&[Some("a"), Some("b")]),
            print(&[None, Some("ab")]),
            print(&[Some("ab"), Some("")]),
        ];
        for (index, tag) in tags.iter().enumerate() {
            assert!(!tags.iter().skip(index + 1).any(|other| other == tag));
        }
    }

    #[test]
    fn only_the_part_that_a_change_could_overwrite_is_compared() {
        let part = |number| Fingerprint::default().number(number);
        let moving = |number| Tag::of(part(7)).and(part(number));
        let known = Expected::OneOf(vec![moving(1).as_str().to_owned()]);
        assert!(known.holds(&moving(2)));
        assert!(known.holds(&Tag::of(part(7))));
        assert!(!known.holds(&Tag::of(part(8))));
        // Such tags were never given out.
        let first = Tag::of(part(7));
        for other in [
            format!("{}.zz", first.as_str()),
            "1.junk".to_owned(),
            "1.".to_owned(),
        ] {
            let other = Expected::OneOf(vec![other]);
            assert!(!other.holds(&moving(1)) && !other.holds(&Tag::number(1)));
        }
        assert!(!Expected::OneOf(Vec::new()).holds(&moving(1)));
        assert!(Expected::Any.holds(&moving(1)));
    }
}

//! The secret name of a link.

use crate::secret::{Digest, Secrets};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// The prefixes of links to a conversation, and to one of its messages.
const PREFIXES: [&str; 2] = ["share_", "msg_share_"];

/// How many characters encode the creation time: microseconds, until the year 2398.
const TIME: usize = 9;

/// How many characters are random: 142 bits.
const RANDOM: usize = 24;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The secret name of a link: knowing it is enough to read. It begins with the time of its
/// creation, so it can be a cursor even after the link is deleted. It has no `Debug` on purpose.
#[derive(Clone, PartialEq, Eq)]
pub struct ShareId(String);

impl ShareId {
    /// A new name for a link to a conversation, or to a message.
    pub fn generate(secrets: &dyn Secrets, of_message: bool, now: DateTime<Utc>) -> Self {
        let [conversation, message] = PREFIXES;
        let prefix = if of_message { message } else { conversation };
        let time = time_digits(now.timestamp_micros().unsigned_abs());
        let random = secrets.generate("").0;
        let random: String = random.chars().take(RANDOM).collect();
        Self(format!("{prefix}{time}{random}"))
    }

    /// A stored name.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the link with this name was made; `None` when the text is not the name of a link.
    pub fn made_at(raw: &str) -> Option<DateTime<Utc>> {
        let micros = i64::try_from(micros(secret_part(raw)?)?).ok()?;
        DateTime::from_timestamp_micros(micros)
    }

    /// Whether the name is that of a link to a message.
    pub fn is_of_message(raw: &str) -> bool {
        let [_, message] = PREFIXES;
        raw.starts_with(message)
    }

    /// The digest by which the store finds the link.
    pub fn digest(&self, secrets: &dyn Secrets) -> Digest {
        secrets.digest(&self.0)
    }
}

/// Where a link stands among all links of its owner, by creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShareCursor(pub Ulid);

impl ShareCursor {
    /// The cursor that a link's name gives, whether the link exists or not; `None` when the text is
    /// not the name of a link.
    pub fn read(secrets: &dyn Secrets, raw: &str) -> Option<Self> {
        let micros = micros(secret_part(raw)?)?;
        Some(Self(cursor(micros, secrets.digest(raw))))
    }
}

/// The part after the prefix of a link's name; `None` when the text is not such a name.
fn secret_part(raw: &str) -> Option<&str> {
    let secret = PREFIXES
        .iter()
        .find_map(|prefix| raw.strip_prefix(prefix))?;
    let is_base62 = secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (secret.len() == TIME + RANDOM && is_base62).then_some(secret)
}

/// The microseconds at the beginning of a name.
fn micros(secret: &str) -> Option<u64> {
    secret.bytes().take(TIME).try_fold(0_u64, |sum, digit| {
        let digit = ALPHABET.iter().position(|known| *known == digit)?;
        sum.checked_mul(62)?.checked_add(u64::try_from(digit).ok()?)
    })
}

/// Milliseconds as in any ULID, then microseconds, then part of the digest, to tell links of the
/// same microsecond apart.
fn cursor(micros: u64, Digest(digest): Digest) -> Ulid {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, ..] = digest;
    let tail = u128::from_be_bytes([0, 0, 0, 0, 0, 0, 0, b0, b1, b2, b3, b4, b5, b6, b7, b8]);
    let random = (u128::from(micros % 1_000) << 70) | (tail & ((1 << 70) - 1));
    Ulid::from_parts(micros / 1_000, random)
}

fn time_digits(mut number: u64) -> String {
    let mut digits = [b'0'; TIME];
    for digit in digits.iter_mut().rev() {
        // The remainder is below 62.
        *digit = ALPHABET
            .get((number % 62) as usize)
            .copied()
            .unwrap_or_default();
        number /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use chrono::TimeDelta;

    /// Secrets that are not secret, and a digest that depends on every character.
    struct Plain;

    impl Secrets for Plain {
        fn generate(&self, prefix: &str) -> Secret {
            Secret(format!("{prefix}{}", "x".repeat(43)))
        }

        fn digest(&self, secret: &str) -> Digest {
            let sum = secret
                .bytes()
                .fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
            Digest([sum; 32])
        }
    }

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_766_484_000_000_000).unwrap()
            + TimeDelta::microseconds(micros)
    }

    #[test]
    fn later_links_have_later_cursors() {
        let cursors: Vec<_> = [0, 1, 999, 1_000, 86_400_000_000]
            .into_iter()
            .map(|micros| {
                let id = ShareId::generate(&Plain, micros % 2 == 0, at(micros));
                ShareCursor::read(&Plain, id.as_str()).unwrap()
            })
            .collect();
        assert!(cursors.is_sorted_by(|one, next| one < next), "{cursors:?}");
    }

    #[test]
    fn a_name_says_what_it_is_a_link_to() {
        let id = ShareId::generate(&Plain, false, at(0));
        assert!(id.as_str().starts_with("share_"));
        assert_eq!(id.as_str().len(), 6 + TIME + RANDOM);
        let id = ShareId::generate(&Plain, true, at(0));
        assert!(id.as_str().starts_with("msg_share_"));
    }

    #[test]
    fn a_name_tells_when_its_link_was_made() {
        for (micros, of_message) in [(0, false), (86_400_000_001, true)] {
            let id = ShareId::generate(&Plain, of_message, at(micros));
            assert_eq!(ShareId::made_at(id.as_str()), Some(at(micros)));
            assert_eq!(ShareId::is_of_message(id.as_str()), of_message);
        }
        for bad in ["", "share_", "share_0LJnh1cJkq"] {
            assert_eq!(ShareId::made_at(bad), None);
        }
    }

    #[test]
    fn a_malformed_name_has_no_cursor() {
        let good = ShareId::generate(&Plain, false, at(0));
        let good = good.as_str();
        assert!(ShareCursor::read(&Plain, good).is_some());
        for bad in [
            "",
            "share_",
            &good[1..],
            &good[..good.len() - 1],
            &format!("{good}x"),
            &good.replace('x', "-"),
            &good.replace('x', "é"),
            &good.replace("share_", "conv_"),
        ] {
            assert!(ShareCursor::read(&Plain, bad).is_none(), "{bad}");
        }
    }
}

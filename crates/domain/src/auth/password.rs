use super::Email;
use super::guessable::is_guessable;
use crate::error::{Error, Result};
use crate::text;
use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;

/// A password in clear, in compatibility composition (NFKC), so that different keyboards give the
/// same password (NIST SP 800-63B, 3.1.1.2). It has no `Debug` on purpose.
pub struct Password(String);

impl Password {
    /// In characters: the least before and after normalisation, the most after it.
    const LENGTH: RangeInclusive<usize> = 8..=256;
    /// Composition makes one character of at most four (U+1F82 is an example), so a text that is
    /// longer than this is still too long after normalisation.
    const RAW: usize = 4 * (*Self::LENGTH.end() + 1);

    /// A new password, of the field `param`, for the account of this address. It must have the
    /// right length, and must not be one of the most common passwords, the address, or easy to
    /// guess in another way. There are no rules about kinds of characters (NIST SP 800-63B,
    /// 3.1.1.2).
    pub fn choose(param: &str, raw: &str, email: &Email) -> Result<Self> {
        let password = Self::normalised(raw);
        text::check(param, &password.0, Self::LENGTH)?;
        // One character may become eighteen (U+FDFA), which does not make it harder to guess.
        if raw.chars().nth(Self::LENGTH.start() - 1).is_none() {
            text::check(param, raw, Self::LENGTH)?;
        }
        let lower = password.0.to_lowercase();
        let common = COMMON.contains(lower.trim());
        if common || email.is_spelt(&password.0) || is_guessable(&lower, email) {
            return Err(Error::invalid(
                param,
                "This password is easy to guess: it is a common one, or made of your e-mail address, \
                 of neighbouring keys or of repetitions. Choose 8 to 256 characters that others would \
                 not try, such as four words that have nothing to do with each other.",
            ));
        }
        Ok(password)
    }

    /// A password to compare, of the field `param`. A text that is too short or too long to be a
    /// password counts as a wrong password.
    pub fn attempt(param: &str, raw: &str) -> Result<Self> {
        let password = Self::normalised(raw);
        text::check(param, &password.0, 1..=*Self::LENGTH.end())?;
        Ok(password)
    }

    /// Reads at most one character more than is allowed. Normalising reads far ahead past combining
    /// marks and then costs most, so its input is bounded as well.
    fn normalised(raw: &str) -> Self {
        let raw = raw.chars().take(Self::RAW);
        Self(raw.nfkc().take(Self::LENGTH.end() + 1).collect())
    }

    /// For the hasher only.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// A stored password: an Argon2id hash with its salt and parameters (PHC string format).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHash(pub String);

/// In lower case.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    lines.filter(|line| !line.starts_with("# ")).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(raw: &str) -> Result<Password> {
        Password::choose("password", raw, &Email::parse("ada@example.org").unwrap())
    }

    #[test]
    fn length_counts_characters() {
        assert!(choose("q7!nv0zk").is_ok());
        assert!(choose("q7!nv0z").is_err());
        assert!(choose(&"é q7nv0z".repeat(32)).is_ok());
        assert!(choose(&format!("{}x", "é q7nv0z".repeat(32))).is_err());
        assert!(choose("日本語の合言葉だ").is_ok());
        assert!(choose("q7!nv\x00zk").is_err());
        // Eight and more when normalised, fewer in the original.
        assert!(choose("\u{fdfa}").is_err());
        assert!(choose("q7!nv\u{fdfa}").is_err());
        assert!(choose("q7!nvz\u{fdfa}k").is_ok());
    }

    #[test]
    fn what_is_read_is_bounded_and_what_is_allowed_is_read_whole() {
        let four = "\u{3b1}\u{313}\u{300}\u{345}";
        let longest = choose(&format!("{}wxzy", four.repeat(252))).unwrap();
        let composed = format!("{}wxzy", "\u{1f82}".repeat(252));
        assert_eq!(longest.as_bytes(), composed.as_bytes());
        assert!(choose(&four.repeat(257)).is_err());
        // The last mark would be moved before all others, had it been read.
        let marks = format!("a{}\u{323}", "\u{300}".repeat(2_000));
        assert!(choose(&marks).is_err());
        assert!(Password::attempt("password", &marks).is_err());
        assert!(Password::normalised(&marks).0.starts_with('\u{e0}'));
    }

    #[test]
    fn common_ones_are_refused_in_either_case() {
        assert!(COMMON.len() > 8_000);
        for common in ["password", "PassWord1", "12345678", "iloveyou", "ｐassword"] {
            assert!(choose(common).is_err(), "{common}");
        }
        assert!(choose("correct horse battery staple").is_ok());
    }

    #[test]
    fn one_password_has_one_spelling() {
        let one = choose("pa\u{308}sswo\u{308}rter").unwrap();
        let other = Password::attempt("password", "pässwörter").unwrap();
        assert_eq!(one.as_bytes(), other.as_bytes());
    }
}

use crate::error::{Error, Result};
use crate::text;
use crate::visible::is_ignorable;
use unicode_normalization::UnicodeNormalization as _;

/// An e-mail address in its one normal spelling: trimmed, in compatibility composition (NFKC), in
/// lower case, and the domain in ASCII (IDNA). Mail hosts that distinguish upper and lower case do
/// not exist in practice (RFC 5321, 2.4 advises against it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The most characters (RFC 5321, 4.5.3.1.3, without the brackets).
    const MOST: usize = 254;
    /// The most bytes before the `@` (RFC 5321, 4.5.3.1.1).
    const MOST_LOCAL: usize = 64;

    /// An address for a new account. Refuses invisible characters, which would let it look like
    /// another address. In the domain, the rules of IDNA apply.
    pub fn choose(raw: &str) -> Result<Self> {
        let email = Self::parse(raw)?;
        if email.local().contains(is_ignorable) {
            let message = "email must not contain invisible characters or marks of direction.";
            return Err(Error::invalid("email", message));
        }
        Ok(email)
    }

    /// An address to look up, or a stored address.
    pub fn parse(raw: &str) -> Result<Self> {
        let raw = raw.trim();
        text::check("email", raw, 3..=Self::MOST)?;
        normalised(&folded(raw)).map(Self).ok_or_else(|| {
            Error::invalid("email", "email must be an address such as ada@example.org.")
        })
    }

    /// Whether the text is this address, or the part before its `@`, in any spelling.
    pub(super) fn is_spelt(&self, text: &str) -> bool {
        folded(text.trim()) == self.local() || Self::parse(text).is_ok_and(|email| email == *self)
    }

    fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

fn normalised(folded: &str) -> Option<String> {
    let (local, domain) = folded.rsplit_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '"' | '<' | '>');
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if local.is_empty() || local.len() > Email::MOST_LOCAL || local.contains(odd) || dots {
        return None;
    }
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    let email = format!("{local}@{domain}");
    (!domain.is_empty() && email.chars().count() <= Email::MOST).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(raw: &str) -> String {
        Email::parse(raw).unwrap().into_string()
    }

    #[test]
    fn an_address_has_one_spelling() {
        for raw in [
            "Ada@Example.org",
            "  ada@EXAMPLE.ORG\n",
            "ａｄａ@example.org",
        ] {
            assert_eq!(spelt(raw), "ada@example.org");
        }
        assert_eq!(spelt("ada@bücher.example"), "ada@xn--bcher-kva.example");
        assert_eq!(
            spelt("ada@BU\u{308}CHER.example"),
            "ada@xn--bcher-kva.example"
        );
        assert_eq!(spelt("e\u{301}va@example.org"), "éva@example.org");
        assert_eq!(spelt("ÉVA@example.org"), "éva@example.org");
        // Only the host knows the meaning of the part before the @.
        assert_ne!(spelt("ada+x@example.org"), spelt("ada@example.org"));
    }

    #[test]
    fn invisible_characters_make_no_new_address() {
        for raw in ["a\u{200d}da@example.org", "ada\u{202e}@example.org"] {
            assert!(Email::choose(raw).is_err(), "{raw:?}");
            assert!(Email::parse(raw).is_ok(), "{raw:?}");
        }
        // A domain without the invisible character is the same domain.
        let same = Email::choose("ada@exam\u{ad}ple.org").unwrap();
        assert_eq!(same.as_str(), "ada@example.org");
    }

    #[test]
    fn a_malformed_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for raw in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@example.org",
            "ada @example.org",
            "ada@exa mple.org",
            "ada@example..org",
            "ada@.org",
            "ada@example.org.",
            ".ada@example.org",
            "ada\u{0}@example.org",
            "<ada@example.org>",
            &long,
            &format!("ada@{}.org", "a".repeat(300)),
        ] {
            assert!(Email::parse(raw).is_err(), "{raw}");
        }
    }
}

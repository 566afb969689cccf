use domain::secret::{Secret, Successors};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The purpose of the key, so that other keys derived from the same secret differ.
const LABEL: &[u8] = b"jan-conversations: the successors of refresh tokens, 1";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// As many base-62 digits as 256 bits need, and as random secrets have.
const LENGTH: usize = 43;

/// Successors by HMAC-SHA-256, under a key that is derived from the secret that signs access tokens
/// (HMAC again, as HKDF's first step). All instances have that secret, so all give the same
/// successor, also after a crash. After a change of the secret, existing tokens stay good, since
/// only their digests are compared; a token that was spent under the old secret has its successor
/// as long as that secret is also known.
pub struct HmacSuccessors {
    present: Hmac<Sha256>,
    before: Option<Hmac<Sha256>>,
}

impl HmacSuccessors {
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self {
            present: key_of(secret),
            before: None,
        }
    }

    /// Adds the previous secret.
    #[must_use]
    pub fn with_previous(self, secret: Option<&[u8]>) -> Self {
        Self {
            before: secret.map(key_of),
            ..self
        }
    }
}

impl Successors for HmacSuccessors {
    fn successor(&self, prefix: &str, spent: &str) -> Secret {
        follow(&self.present, prefix, spent)
    }

    fn successor_of_before(&self, prefix: &str, spent: &str) -> Option<Secret> {
        let key = self.before.as_ref()?;
        Some(follow(key, prefix, spent))
    }
}

fn follow(key: &Hmac<Sha256>, prefix: &str, spent: &str) -> Secret {
    let code = key.clone().chain_update(spent).finalize();
    Secret(format!("{prefix}{}", base62(code.into_bytes().into())))
}

fn key_of(secret: &[u8]) -> Hmac<Sha256> {
    let key = keyed(secret).chain_update(LABEL).finalize().into_bytes();
    keyed(&key)
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // A key may have any length (RFC 2104).
    Hmac::new_from_slice(key).unwrap_or_else(|error| unreachable!("{error}"))
}

/// The number to the base of 62, its last digit first.
fn base62(mut number: [u8; 32]) -> String {
    let mut digit = || {
        let mut rest = 0;
        for byte in &mut number {
            let part = rest * 256 + u32::from(*byte);
            // The remainder is below 62, so this is below 256.
            *byte = (part / 62) as u8;
            rest = part % 62;
        }
        let digit = DIGITS.get(rest as usize).copied();
        char::from(digit.unwrap_or_default())
    };
    (0..LENGTH).map(|_| digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_token_has_one_successor_under_one_secret() {
        let (one, same) = (HmacSuccessors::new(b"one"), HmacSuccessors::new(b"one"));
        let other = HmacSuccessors::new(b"other");
        let first = one.successor("rt_", "rt_a").0;
        assert_eq!(first, same.successor("rt_", "rt_a").0);
        // A change of this value breaks the refreshes that are running when it is deployed.
        assert_eq!(first, "rt_CihwIc2JkNnGIG6q7kAshcAop2Bu7jTPFis1r8fNDoj");
        let mut seen = HashSet::from([first]);
        let mut token = "rt_a".to_owned();
        for _ in 0..1_000 {
            token = one.successor("rt_", &token).0;
            let secret = token.strip_prefix("rt_").unwrap();
            assert_eq!(secret.len(), LENGTH);
            assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            seen.insert(token.clone());
        }
        seen.insert(other.successor("rt_", "rt_a").0);
        assert_eq!(seen.len(), 1_001);
    }

    #[test]
    fn all_of_the_code_is_in_the_number() {
        assert_eq!(base62([0; 32]), "0".repeat(LENGTH));
        let mut number = [0; 32];
        number[31] = 61;
        assert_eq!(base62(number), format!("z{}", "0".repeat(LENGTH - 1)));
        number[31] = 62;
        assert_eq!(base62(number), format!("01{}", "0".repeat(LENGTH - 2)));
        let largest = base62([255; 32]);
        assert!(!largest.ends_with('0'), "{largest}");
        let numbers = (0..256).map(|bit| {
            let mut number = [0; 32];
            number[bit / 8] = 1 << (bit % 8);
            base62(number)
        });
        assert_eq!(numbers.collect::<HashSet<_>>().len(), 256);
    }
}

//! The header of a token.

use super::refusal::TokenRefusal;
use jsonwebtoken::{Algorithm, Header};
use serde::Deserialize;
use serde_json::Value;

/// The fields to check of a header that cannot be read, or that names another algorithm.
#[derive(Deserialize)]
struct Unread {
    alg: Option<Value>,
    kid: Option<Value>,
}

/// Reads the header of a token that may be one of an issuer.
pub(super) fn read(token: &str) -> Result<Header, TokenRefusal> {
    match jsonwebtoken::decode_header(token) {
        Ok(header) if is_accepted(header.alg) => Ok(header),
        Ok(_) | Err(_) => Err(refusal(token).unwrap_or(TokenRefusal::NotAToken)),
    }
}

/// The algorithms of issuers' keys. Shared secrets are not among them (RFC 8725, 3.1).
fn is_accepted(algorithm: Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::ES256
            | Algorithm::ES384
            | Algorithm::EdDSA
    )
}

/// Why a header is refused; `None` where the token is not a JWT, or its header is not a JSON object.
fn refusal(token: &str) -> Option<TokenRefusal> {
    let parts: Vec<_> = token.split('.').collect();
    let [header, _, _] = parts.as_slice() else {
        return None;
    };
    // This decodes the middle one of three parts.
    let unread = jsonwebtoken::dangerous::insecure_decode_claims(format!(".{header}."));
    let Unread { alg, kid } = unread.ok()?;
    match (alg, kid) {
        (Some(Value::String(_)), Some(kid)) if !kid.is_string() => Some(TokenRefusal::KeyName),
        (Some(Value::String(algorithm)), _) => Some(TokenRefusal::OtherAlgorithm(algorithm)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_header_is_told() {
        // {"alg":"none"}, {"alg":"HS256"}, {"alg":"RS256","kid":7}, {"alg":7}, {}, [] and no base 64.
        let other = |algorithm: &str| TokenRefusal::OtherAlgorithm(algorithm.to_owned());
        for (header, refusal) in [
            ("eyJhbGciOiJub25lIn0", other("none")),
            ("eyJhbGciOiJIUzI1NiJ9", other("HS256")),
            ("eyJhbGciOiJSUzI1NiIsImtpZCI6N30", TokenRefusal::KeyName),
            ("eyJhbGciOjd9", TokenRefusal::NotAToken),
            ("e30", TokenRefusal::NotAToken),
            ("W10", TokenRefusal::NotAToken),
            ("!", TokenRefusal::NotAToken),
        ] {
            let read = read(&format!("{header}.e30.c2ln"));
            assert_eq!(read.unwrap_err(), refusal, "{header}");
        }
        for token in ["", "garbage", "eyJhbGciOiJub25lIn0.e30", "a.b.c.d"] {
            assert_eq!(read(token).unwrap_err(), TokenRefusal::NotAToken, "{token}");
        }
    }
}

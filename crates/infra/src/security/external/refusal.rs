/// Why a token is refused: for the log, in which the operator looks it up. It never contains the token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenRefusal {
    #[error("it is not a JWT, or its header or claims cannot be read")]
    NotAToken,
    #[error("it has more than 16 KiB")]
    TooLong,
    #[error("its issuer {} is not configured (OIDC_ISSUER, OIDC_ISSUERS)", short(.0))]
    UnknownIssuer(String),
    #[error("its header has the type {}: it is another kind of token", short(.0))]
    Type(String),
    #[error("its header has critical extensions that are not known here")]
    Critical,
    #[error("it names no key, and several of the issuer's keys may be meant")]
    KeyNotNamed,
    #[error(
        "its algorithm (alg) {} is not accepted: RS256, RS384, RS512, ES256, ES384 and EdDSA are",
        short(.0)
    )]
    OtherAlgorithm(String),
    #[error("its header names its key (kid), but not by a text")]
    KeyName,
    #[error("its algorithm is not one of the key that it names")]
    Algorithm,
    #[error("its signature is wrong, or was made with another key")]
    Signature,
    #[error("the claim {0} is missing or has another type")]
    Claim(&'static str),
    #[error("it is for another audience (aud): OIDC_AUDIENCE must be among its audiences")]
    Audience,
    #[error("it was issued to another client (azp)")]
    Client,
    #[error("it is an {} token of its issuer, and not an access token", short(.0))]
    Purpose(String),
    #[error("it expired at {0} (exp)")]
    Expired(i64),
    #[error("it is not valid before {0} (nbf)")]
    NotYet(i64),
    #[error("it was issued at {0} (iat), which is in the future: the clocks differ")]
    Future(i64),
    #[error("it is valid for {0} seconds, and OIDC_MAX_TOKEN_SECONDS allows fewer")]
    TooLongLived(i64),
    #[error("its subject (sub) is empty or has more than 1,024 bytes")]
    Subject,
}

/// The beginning of an untrusted text, escaped.
fn short(text: &str) -> String {
    let beginning: String = text.chars().take(80).collect();
    format!("{beginning:?}")
}

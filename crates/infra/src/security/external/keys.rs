//! The keys that an issuer publishes (RFC 7517).

use super::refusal::TokenRefusal;
use super::settings::IssuerSettings;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Value;

/// How many keys of an issuer are read.
const MOST: usize = 100;

/// The fewest digits of base 64 that an RSA modulus of 2,048 bits has (RFC 7518, 3.3).
const MODULUS: usize = 342;

/// The keys of an issuer that can verify a signature.
#[derive(Default)]
pub(super) struct IssuerKeys(Vec<SigningKey>);

/// A key, and how tokens that it has signed are checked.
pub(super) struct SigningKey {
    id: Option<String>,
    pub(super) decoding: DecodingKey,
    /// Has the algorithms of the key's family alone (RFC 8725, 3.1), the issuer and the audience.
    pub(super) validation: Validation,
}

/// Why a set of keys is refused as a whole; the previous keys stay.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysProblem {
    #[error("the issuer's keys cannot be read: they are not a JSON Web Key Set")]
    NotKeys,
    #[error(
        "none of the issuer's keys can be used: keys for signatures of RS256, RS384, RS512, ES256, \
         ES384 or EdDSA are"
    )]
    NoKeys,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl IssuerKeys {
    /// Keys that cannot be used, for another purpose or of another kind, are passed over.
    pub(super) fn parse(body: &[u8], settings: &IssuerSettings) -> Result<Self, KeysProblem> {
        let set: Set = serde_json::from_slice(body).map_err(|_| KeysProblem::NotKeys)?;
        let keys = set.keys.into_iter().take(MOST);
        let keys =
            keys.filter_map(|key| SigningKey::of(&serde_json::from_value(key).ok()?, settings));
        let keys: Vec<SigningKey> = keys.collect();
        match keys.is_empty() {
            true => Err(KeysProblem::NoKeys),
            false => Ok(Self(keys)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The key that a token was signed with, by its header; `None`: it is not among these.
    pub(super) fn find(&self, header: &Header) -> Result<Option<&SigningKey>, TokenRefusal> {
        let fits = |key: &&SigningKey| key.validation.algorithms.contains(&header.alg);
        let Some(id) = header.kid.as_deref() else {
            let mut fitting = self.0.iter().filter(fits);
            return match (fitting.next(), fitting.next()) {
                (Some(key), None) => Ok(Some(key)),
                (Some(_), Some(_)) => Err(TokenRefusal::KeyNotNamed),
                // Another key may come, unless the algorithm has none here at all.
                (None, _) => Ok(None),
            };
        };
        let mut named = self
            .0
            .iter()
            .filter(|key| key.id.as_deref() == Some(id))
            .peekable();
        match named.peek() {
            None => Ok(None),
            Some(_) => named.find(fits).map(Some).ok_or(TokenRefusal::Algorithm),
        }
    }
}

impl SigningKey {
    fn of(jwk: &Jwk, settings: &IssuerSettings) -> Option<Self> {
        let common = &jwk.common;
        let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
        let operations = common.key_operations.as_ref();
        if !signs || operations.is_some_and(|these| !these.contains(&KeyOperations::Verify)) {
            return None;
        }
        let mut algorithms = family(&jwk.algorithm)?.to_vec();
        if let Some(only) = common.key_algorithm {
            let only = Algorithm::try_from(only).ok()?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        let first = algorithms.first()?;
        let mut validation = Validation::new(*first);
        validation.algorithms = algorithms;
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        // Times are checked against our own clock, which tests can fix.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Some(Self {
            id: common.key_id.clone(),
            decoding: DecodingKey::from_jwk(jwk).ok()?,
            validation,
        })
    }
}

/// The algorithms of a key, by the kind of the key. The token has no say in it.
fn family(key: &AlgorithmParameters) -> Option<&'static [Algorithm]> {
    match key {
        AlgorithmParameters::RSA(rsa) if rsa.n.trim_end_matches('=').len() >= MODULUS => {
            Some(&[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512])
        }
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => Some(&[Algorithm::ES256]),
            EllipticCurve::P384 => Some(&[Algorithm::ES384]),
            _ => None,
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Some(&[Algorithm::EdDSA])
        }
        _ => None,
    }
}

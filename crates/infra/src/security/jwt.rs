use chrono::{DateTime, TimeDelta, Utc};
use domain::auth::{AccessTokens, Actor, Claims, Credential};
use domain::clock::Clock;
use domain::error::{Error, Result, Unauthenticated};
use domain::id::OwnerId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who issues and who accepts: a token of another service of the same secret is not for us.
const ISSUER: &str = "jan-conversations";
const AUDIENCE: &str = "jan-conversations";

/// How far the clocks of two instances may differ (RFC 8725 leaves it to us; 60 s is usual).
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Access tokens as JWTs, signed with HMAC-SHA-256.
pub struct Jwt {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    clock: Arc<dyn Clock>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
}

/// The secret has fewer than 32 bytes, the length of the hash (RFC 7518, 3.2).
#[derive(Debug, thiserror::Error)]
#[error("the secret must have at least 32 bytes")]
pub struct SecretTooShort;

impl Jwt {
    pub fn new(secret: &[u8], clock: Arc<dyn Clock>) -> std::result::Result<Self, SecretTooShort> {
        if secret.len() < 32 {
            return Err(SecretTooShort);
        }
        // One algorithm, never the token's own choice (RFC 8725, 3.1).
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // Times are checked below against our own clock, which tests can pin.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            clock,
        })
    }
}

impl AccessTokens for Jwt {
    fn issue(&self, claims: &Claims) -> Result<String> {
        let payload = Payload {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: claims.subject.to_string(),
            iat: claims.issued_at.timestamp(),
            nbf: None,
            exp: claims.expires_at.timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &self.encoding)
            .map_err(|error| Error::Internal(error.into()))
    }

    fn verify(&self, token: &str) -> Result<Actor> {
        const INVALID: Error = Error::Unauthenticated(Unauthenticated::Invalid);
        let payload = jsonwebtoken::decode::<Payload>(token, &self.decoding, &self.validation)
            .map_err(|_| INVALID)?
            .claims;
        let now = self.clock.now();
        let time = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).ok_or(INVALID);
        if let Some(not_before) = payload.nbf
            && time(not_before)? > now + LEEWAY
        {
            return Err(INVALID);
        }
        if time(payload.exp)? + LEEWAY <= now {
            return Err(Error::Unauthenticated(Unauthenticated::Expired));
        }
        let owner_id = OwnerId::read(&payload.sub).ok_or(INVALID)?;
        Ok(Actor {
            owner_id,
            credential: Credential::AccessToken,
        })
    }
}

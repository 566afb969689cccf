use chrono::{DateTime, TimeDelta, Utc};
use domain::auth::{AccessTokens, Actor, Claims, Credential};
use domain::clock::Clock;
use domain::error::{Error, Result, Unauthenticated};
use domain::id::{OwnerId, SessionId};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The issuer and the audience: a token of another service with the same secret is not accepted.
pub(super) const ISSUER: &str = "jan-conversations";
const AUDIENCE: &str = "jan-conversations";

/// How far the clocks of two instances may differ (RFC 8725 leaves the value open; 60 s is usual).
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Access tokens as JWTs, signed with HMAC-SHA-256.
pub struct Jwt {
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Of the previous secret, which only verifies.
    previous: Option<DecodingKey>,
    validation: Validation,
    /// The claims of tokens whose signature was checked, by the token's SHA-256.
    checked: Cache<[u8; 32], Checked>,
    clock: Arc<dyn Clock>,
}

/// How many checked tokens are remembered: half a megabyte.
const MOST: usize = 4_096;

#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: String,
    /// The session; other services that read our tokens may ignore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
}

/// The claims of a token whose signature is good. Its times are compared with each use.
#[derive(Clone, Copy)]
struct Checked {
    owner_id: OwnerId,
    session: Option<SessionId>,
    not_before: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<Payload> for Checked {
    type Error = Error;

    fn try_from(payload: Payload) -> Result<Self> {
        let time = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).ok_or(INVALID);
        let session = payload.sid.as_deref();
        let session = session.map(|sid| SessionId::read(sid).ok_or(INVALID));
        Ok(Self {
            owner_id: OwnerId::read(&payload.sub).ok_or(INVALID)?,
            session: session.transpose()?,
            not_before: payload.nbf.map(time).transpose()?,
            expires_at: time(payload.exp)?,
        })
    }
}

const INVALID: Error = Error::Unauthenticated(Unauthenticated::Invalid);

/// The secret has fewer than 32 bytes, the length of the hash (RFC 7518, 3.2).
#[derive(Debug, thiserror::Error)]
#[error("the secret must have at least 32 bytes")]
pub struct SecretTooShort;

impl Jwt {
    pub fn new(secret: &[u8], clock: Arc<dyn Clock>) -> std::result::Result<Self, SecretTooShort> {
        if secret.len() < 32 {
            return Err(SecretTooShort);
        }
        // Only one algorithm is accepted, whatever the token says (RFC 8725, 3.1).
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // Times are checked below against our own clock, which tests can fix.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            previous: None,
            validation,
            checked: Cache::new(MOST),
            clock,
        })
    }

    /// Also accepts tokens that were signed with the previous secret.
    #[must_use]
    pub fn with_previous(self, secret: Option<&[u8]>) -> Self {
        Self {
            previous: secret.map(DecodingKey::from_secret),
            ..self
        }
    }

    /// The claims of a token. Only good tokens are remembered, so bad ones cannot displace them.
    fn checked(&self, token: &str) -> Result<Checked> {
        let digest = Sha256::digest(token).into();
        if let Some(checked) = self.checked.get(&digest) {
            return Ok(checked);
        }
        let checked = Checked::try_from(self.payload(token).map_err(|_| INVALID)?)?;
        self.checked.insert(digest, checked);
        Ok(checked)
    }

    fn payload(&self, token: &str) -> jsonwebtoken::errors::Result<Payload> {
        let read = |key| jsonwebtoken::decode::<Payload>(token, key, &self.validation);
        let read = match (read(&self.decoding), &self.previous) {
            (Err(error), Some(previous)) if *error.kind() == ErrorKind::InvalidSignature => {
                read(previous)
            }
            (read, _) => read,
        };
        read.map(|data| data.claims)
    }
}

impl AccessTokens for Jwt {
    fn issue(&self, claims: &Claims) -> Result<String> {
        let payload = Payload {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: claims.subject.to_string(),
            sid: claims.session.map(|session| session.to_string()),
            iat: claims.issued_at.timestamp(),
            nbf: None,
            exp: claims.expires_at.timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &self.encoding)
            .map_err(|error| Error::Internal(error.into()))
    }

    fn verify(&self, token: &str) -> Result<Actor> {
        let checked = self.checked(token)?;
        let now = self.clock.now();
        if checked.not_before.is_some_and(|time| time > now + LEEWAY) {
            return Err(INVALID);
        }
        // The leeway is subtracted from our own time: a claim may be the greatest possible time.
        if checked.expires_at <= now - LEEWAY {
            return Err(Error::Unauthenticated(Unauthenticated::Expired));
        }
        Ok(Actor {
            owner_id: checked.owner_id,
            credential: Credential::AccessToken {
                session: checked.session,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::sync::atomic::{AtomicI64, Ordering};

    const SECRET: &[u8] = b"a secret for tests, and for nothing else";

    struct At(AtomicI64);

    impl Clock for At {
        fn now(&self) -> DateTime<Utc> {
            DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).unwrap()
        }
    }

    const NOW: i64 = 1_766_484_000;

    fn jwt() -> Jwt {
        Jwt::new(SECRET, Arc::new(At(NOW.into()))).unwrap()
    }

    /// A signed token whose claims are replaced by these.
    fn signed(claims: &Value) -> String {
        let mut payload = json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "user_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "iat": 0,
            "exp": 1_766_487_600,
        });
        for (name, value) in claims.as_object().unwrap() {
            payload[name] = value.clone();
        }
        let key = EncodingKey::from_secret(SECRET);
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &key).unwrap()
    }

    /// Numbers at and next to the limits of all possible time values.
    fn numbers() -> Vec<Value> {
        let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
        let ends = ends.map(|end| end.timestamp());
        let whole = ends
            .into_iter()
            .chain([
                0,
                i64::MIN,
                i64::MAX,
                i64::from(i32::MAX),
                i64::from(u32::MAX),
            ])
            .chain((0..63).flat_map(|bit| [1 << bit, -(1 << bit)]));
        let beside = whole.flat_map(|end: i64| {
            let near = [-61, -60, -59, -1, 0, 1, 59, 60, 61];
            near.map(|more| end.saturating_add(more))
        });
        let real = [
            0.5,
            -0.5,
            1e9,
            1e18,
            1e19,
            1e300,
            f64::MAX,
            f64::MIN,
            5e-324,
        ];
        beside
            .map(Value::from)
            .chain([json!(u64::MAX)])
            .chain(real.map(Value::from))
            .collect()
    }

    #[test]
    fn no_time_makes_it_panic() {
        let jwt = jwt();
        for number in numbers() {
            for name in ["exp", "nbf", "iat"] {
                let claims = json!({ name: number });
                let _ = jwt.verify(&signed(&claims));
            }
            let _ = jwt.verify(&signed(&json!({ "exp": number, "nbf": number })));
        }
    }

    #[test]
    fn a_token_that_was_checked_before_is_compared_with_the_time_again() {
        let clock = Arc::new(At(NOW.into()));
        let jwt = Jwt::new(SECRET, clock.clone()).unwrap();
        let token = signed(&json!({ "nbf": NOW, "exp": NOW + 100 }));
        let first = jwt.verify(&token).unwrap();
        assert_eq!(jwt.checked.len(), 1);
        assert_eq!(jwt.verify(&token).unwrap(), first);
        let mut other = token.clone();
        other.pop();
        assert!(jwt.verify(&other).is_err());
        assert_eq!(jwt.checked.len(), 1);
        for (time, accepted) in [(-61, false), (-60, true), (159, true), (160, false)] {
            clock.0.store(NOW + time, Ordering::Relaxed);
            assert_eq!(jwt.verify(&token).is_ok(), accepted, "{time}");
        }
    }

    #[test]
    fn the_last_time_there_is_has_not_passed() {
        let last = DateTime::<Utc>::MAX_UTC.timestamp();
        for exp in [last - 60, last - 59, last] {
            assert!(
                jwt().verify(&signed(&json!({ "exp": exp }))).is_ok(),
                "{exp}"
            );
        }
        for exp in [json!(i64::MAX), json!(u64::MAX), json!(1e300)] {
            let refused = jwt().verify(&signed(&json!({ "exp": exp })));
            let invalid = Error::Unauthenticated(Unauthenticated::Invalid);
            assert_eq!(
                refused.unwrap_err().to_string(),
                invalid.to_string(),
                "{exp}"
            );
        }
        let past = jwt().verify(&signed(&json!({ "exp": 0 })));
        let expired = Error::Unauthenticated(Unauthenticated::Expired);
        assert_eq!(past.unwrap_err().to_string(), expired.to_string());
    }
}

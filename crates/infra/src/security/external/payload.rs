//! The claims of a token.

use super::refusal::TokenRefusal;
use super::settings::IssuerSettings;
use chrono::{DateTime, Utc};
use domain::auth::{ExternalIdentity, ExternalProfile};
use serde::Deserialize;
use serde_json::Value;

/// How far the clocks of an issuer and of this service may differ.
const LEEWAY: i64 = 60;

/// The most bytes of a subject. OpenID Connect allows 255 characters.
const SUBJECT: usize = 1_024;

/// The longest name or address that is shown, in characters.
const SHOWN: usize = 320;

/// The purposes of Keycloak's other tokens, which are signed with the same keys (RFC 8725, 3.12).
const OTHER_PURPOSES: [&str; 4] = ["ID", "Refresh", "Offline", "Logout"];

/// The issuer that a token names.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) iss: String,
}

/// The claims that are read. Those about the person may be anything: they are shown where they are
/// text, and do not decide.
#[derive(Deserialize)]
pub(super) struct Payload {
    sub: Option<String>,
    exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
    azp: Option<Value>,
    typ: Option<Value>,
    name: Option<Value>,
    preferred_username: Option<Value>,
    email: Option<Value>,
    guest: Option<Value>,
    realm_access: Option<Value>,
}

impl Payload {
    /// The identity, if the claims allow it at this time. The signature, issuer and audience have been
    /// checked before. `longest` is the longest lifetime in seconds.
    pub(super) fn check(
        self,
        settings: &IssuerSettings,
        longest: i64,
        now: DateTime<Utc>,
    ) -> Result<ExternalIdentity, TokenRefusal> {
        let seconds = now.timestamp();
        let issued_at = self.times(longest, seconds)?;
        if let Some(client) = &settings.client
            && self.azp.as_ref().and_then(Value::as_str) != Some(client)
        {
            return Err(TokenRefusal::Client);
        }
        if let Some(purpose) = self.typ.as_ref().and_then(Value::as_str)
            && OTHER_PURPOSES.contains(&purpose)
        {
            return Err(TokenRefusal::Purpose(purpose.to_owned()));
        }
        let profile = self.profile();
        let subject = self.sub.ok_or(TokenRefusal::Claim("sub"))?;
        if subject.is_empty() || subject.len() > SUBJECT {
            return Err(TokenRefusal::Subject);
        }
        let issued_at = DateTime::from_timestamp(issued_at, 0);
        Ok(ExternalIdentity {
            issuer: settings.issuer.clone(),
            profile,
            subject,
            issued_at: issued_at.ok_or(TokenRefusal::Claim("iat"))?,
        })
    }

    /// Checks the times, and returns when the token was issued at the earliest. The casts saturate.
    fn times(&self, longest: i64, now: i64) -> Result<i64, TokenRefusal> {
        let whole = |time: f64| time.floor() as i64;
        let exp = whole(self.exp.ok_or(TokenRefusal::Claim("exp"))?);
        if exp <= now - LEEWAY {
            return Err(TokenRefusal::Expired(exp));
        }
        if let Some(nbf) = self.nbf.map(whole)
            && nbf > now + LEEWAY
        {
            return Err(TokenRefusal::NotYet(nbf));
        }
        let issued_at = match self.iat.map(whole) {
            Some(iat) if iat > now + LEEWAY => return Err(TokenRefusal::Future(iat)),
            Some(iat) => iat,
            // It may have been issued as long ago as a token may live.
            None => exp.saturating_sub(longest).min(now),
        };
        match exp.saturating_sub(issued_at) {
            lifetime if lifetime > longest => Err(TokenRefusal::TooLongLived(lifetime)),
            _ => Ok(issued_at),
        }
    }

    fn profile(&self) -> ExternalProfile {
        let name = text(self.name.as_ref());
        let has_role = |roles: &Value| {
            let roles = roles.get("roles").and_then(Value::as_array);
            roles.is_some_and(|roles| roles.iter().any(|role| role == "guest"))
        };
        let claimed = self.guest.as_ref();
        ExternalProfile {
            name: name.or_else(|| text(self.preferred_username.as_ref())),
            email: text(self.email.as_ref()),
            is_guest: claimed.is_some_and(|guest| *guest == true || guest == "true")
                || self.realm_access.as_ref().is_some_and(has_role),
        }
    }
}

/// A text that can be shown.
fn text(claim: Option<&Value>) -> Option<String> {
    let text = claim?.as_str()?.trim();
    let shown: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(SHOWN)
        .collect();
    (!shown.is_empty()).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(claims: &str) -> Result<i64, TokenRefusal> {
        let payload: Payload = serde_json::from_str(claims).map_err(|_| TokenRefusal::NotAToken)?;
        payload.times(86_400, 1_000_000)
    }

    #[test]
    fn no_time_makes_it_panic() {
        for number in [
            "0",
            "-1",
            "1e308",
            "-1e308",
            "0.5",
            "18446744073709551615",
            "-9223372036854775808",
        ] {
            for name in ["exp", "nbf", "iat"] {
                let rest = if name == "exp" {
                    ""
                } else {
                    ",\"exp\":1000060"
                };
                let claims = format!("{{\"sub\":\"s\",\"{name}\":{number}{rest}}}");
                let _ = checked(&claims);
            }
        }
    }

    #[test]
    fn a_token_without_a_time_of_issue_is_as_old_as_it_may_be() {
        assert_eq!(checked(r#"{"sub":"s","exp":1003600}"#), Ok(917_200));
        assert_eq!(
            checked(r#"{"sub":"s","exp":1086401}"#),
            Err(TokenRefusal::TooLongLived(86_401))
        );
        assert_eq!(checked(r#"{"sub":"s","exp":1086400}"#), Ok(1_000_000));
    }

    #[test]
    fn a_minute_is_allowed_between_clocks() {
        for (claims, fits) in [
            (r#"{"sub":"s","iat":999000,"exp":999941}"#, true),
            (r#"{"sub":"s","iat":999000,"exp":999940}"#, false),
            (r#"{"sub":"s","iat":1000060,"exp":1001000}"#, true),
            (r#"{"sub":"s","iat":1000061,"exp":1001000}"#, false),
            (
                r#"{"sub":"s","nbf":1000060,"iat":999000,"exp":1001000}"#,
                true,
            ),
            (
                r#"{"sub":"s","nbf":1000061,"iat":999000,"exp":1001000}"#,
                false,
            ),
            (r#"{"sub":"s","iat":914600,"exp":1001000}"#, true),
            (r#"{"sub":"s","iat":914599,"exp":1001000}"#, false),
        ] {
            assert_eq!(checked(claims).is_ok(), fits, "{claims}");
        }
    }
}

use super::{AccessTokens, Claims, RefreshToken, Secret, Secrets, Session, User};
use crate::clock::{Clock, Ids};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Makes the tokens of a session.
pub struct Issuer {
    pub tokens: Arc<dyn AccessTokens>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

impl Issuer {
    /// Seconds an access token is good for.
    pub(super) const ACCESS_SECONDS: u32 = 3_600;
    /// How long a refresh token waits to be spent; each rotation begins anew.
    pub(super) const REFRESH: TimeDelta = TimeDelta::days(30);
    /// The prefix by which people and secret scanners know a refresh token.
    pub(super) const PREFIX: &str = "rt_";

    /// The first refresh token of a new family: for the client, and as it is stored.
    pub(super) fn family(&self, now: DateTime<Utc>) -> (Secret, RefreshToken) {
        let secret = self.secrets.generate(Self::PREFIX);
        let token = RefreshToken {
            digest: self.secrets.digest(&secret.0),
            family: self.ids.ulid(),
            created_at: now,
            expires_at: now + Self::REFRESH,
        };
        (secret, token)
    }

    pub(super) fn session(
        &self,
        user: User,
        refresh_token: Secret,
        now: DateTime<Utc>,
    ) -> Result<Session> {
        let claims = Claims {
            subject: user.id,
            issued_at: now,
            expires_at: now + TimeDelta::seconds(Self::ACCESS_SECONDS.into()),
        };
        let access_token = self.tokens.issue(&claims)?;
        Ok(Session {
            user,
            access_token,
            expires_in: Self::ACCESS_SECONDS,
            refresh_token,
        })
    }
}

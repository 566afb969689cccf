use super::{AccessTokens, Claims, RefreshToken, Rotation, SignedIn, User};
use crate::clock::{Clock, Ids};
use crate::error::Result;
use crate::id::SessionId;
use crate::secret::{Digest, Secret, Secrets, Successors};
use chrono::TimeDelta;
use std::sync::Arc;

/// Makes the tokens of a session.
pub struct SessionIssuer {
    pub tokens: Arc<dyn AccessTokens>,
    pub secrets: Arc<dyn Secrets>,
    pub successors: Arc<dyn Successors>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

impl SessionIssuer {
    /// The lifetime of an access token in seconds.
    pub(super) const ACCESS_SECONDS: u32 = 3_600;
    /// The lifetime of an unspent refresh token; each rotation starts it again.
    const REFRESH: TimeDelta = TimeDelta::days(30);
    /// How long a spent token gets the same successor again. A client sends one so soon when it did
    /// not get the answer, or from a second window.
    const AGAIN: TimeDelta = TimeDelta::seconds(30);
    /// The prefix by which people and secret scanners recognise a refresh token.
    const PREFIX: &str = "rt_";
    /// A refresh token is the prefix and this many letters and digits.
    const SECRET: usize = 43;

    /// The first refresh token of a new session: the secret for the client, and the token to store.
    pub(super) fn begin(&self) -> (Secret, RefreshToken) {
        let secret = self.secrets.generate(Self::PREFIX);
        let token = RefreshToken {
            digest: self.secrets.digest(&secret.0),
            session: SessionId::new(self.ids.ulid()),
            lifetime: Self::REFRESH,
        };
        (secret, token)
    }

    /// The digest of a refresh token, to store; `None` when the text cannot be a refresh token.
    pub(super) fn digest(&self, refresh_token: &str) -> Option<Digest> {
        let secret = refresh_token.strip_prefix(Self::PREFIX)?;
        let is_one =
            secret.len() == Self::SECRET && secret.bytes().all(|b| b.is_ascii_alphanumeric());
        is_one.then(|| self.secrets.digest(refresh_token))
    }

    /// The successor of a token: the secret for the client, and the digest to store.
    pub(super) fn successor(&self, spent: &str) -> (Secret, Digest) {
        let next = self.successors.successor(Self::PREFIX, spent);
        let digest = self.secrets.digest(&next.0);
        (next, digest)
    }

    /// The successor that the token had before the service's secret was changed.
    pub(super) fn successor_of_before(&self, spent: &str) -> Option<(Secret, Digest)> {
        let next = self.successors.successor_of_before(Self::PREFIX, spent)?;
        let digest = self.secrets.digest(&next.0);
        Some((next, digest))
    }

    pub(super) fn rotation(&self) -> Rotation {
        Rotation {
            lifetime: Self::REFRESH,
            again: Self::AGAIN,
            now: self.clock.now(),
        }
    }

    /// A new access token of a session, with the refresh token.
    pub(super) fn sign_in(
        &self,
        user: User,
        session: SessionId,
        refresh_token: Secret,
    ) -> Result<SignedIn> {
        let now = self.clock.now();
        let claims = Claims {
            subject: user.id,
            session: Some(session),
            issued_at: now,
            expires_at: now + TimeDelta::seconds(Self::ACCESS_SECONDS.into()),
        };
        let access_token = self.tokens.issue(&claims)?;
        Ok(SignedIn {
            user,
            access_token,
            expires_in: Self::ACCESS_SECONDS,
            refresh_token,
        })
    }
}

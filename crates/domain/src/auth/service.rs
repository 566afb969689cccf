use super::{
    AccessTokens, Actor, Claims, RefreshToken, Rotated, RotationWindow, Secret, Secrets, Session,
    SessionStore, User, UserKind,
};
use crate::clock::{Clock, Ids};
use crate::error::{Error, Forbidden, Result, Unauthenticated};
use crate::id::OwnerId;
use crate::limits::{Limited, Origin, RateLimits};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use ulid::Ulid;

/// Which doors are open.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    /// Whether anybody may become a guest (`GUEST_LOGIN`).
    pub guest_login: bool,
}

/// The use cases of identity.
pub struct AuthService {
    doors: Doors,
    limits: Arc<dyn RateLimits>,
    sessions: Arc<dyn SessionStore>,
    tokens: Arc<dyn AccessTokens>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl AuthService {
    /// Seconds an access token is good for.
    pub const ACCESS_SECONDS: u32 = 3_600;
    /// How long a refresh token waits to be spent; each rotation begins anew.
    const REFRESH: TimeDelta = TimeDelta::days(30);
    /// A spent token that comes again this soon is a client's twin request or its retry, not a
    /// thief: it is refused, but its family lives on.
    const TWIN: TimeDelta = TimeDelta::seconds(10);
    /// The prefix by which people and secret scanners know a refresh token.
    const PREFIX: &str = "rt_";

    pub fn new(
        doors: Doors,
        limits: Arc<dyn RateLimits>,
        sessions: Arc<dyn SessionStore>,
        tokens: Arc<dyn AccessTokens>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self {
            doors,
            limits,
            sessions,
            tokens,
            secrets,
            clock,
            ids,
        }
    }

    /// The owner of an embedded database: always the same one.
    pub const OPERATOR: OwnerId = OwnerId::new(Ulid(1));

    /// Who holds this access token.
    pub fn authenticate(&self, token: &str) -> Result<Actor> {
        self.tokens.verify(token)
    }

    /// Makes a new user without a name or password.
    pub async fn guest_login(&self, origin: Origin) -> Result<Session> {
        if !self.doors.guest_login {
            return Err(Error::Forbidden(Forbidden::GuestLoginDisabled));
        }
        self.limits.take(Limited::Guest, origin.into())?;
        let now = self.clock.now();
        let id = OwnerId::new(self.ids.ulid());
        let user = User {
            id,
            kind: UserKind::Guest,
            created_at: now,
        };
        let secret = self.secrets.generate(Self::PREFIX);
        let token = RefreshToken {
            digest: self.secrets.digest(&secret.0),
            family: self.ids.ulid(),
            created_at: now,
            expires_at: now + Self::REFRESH,
        };
        self.sessions.insert(&user, &token).await?;
        self.session(user, secret, now)
    }

    /// Spends a refresh token for a new pair. One that was spent before means that somebody else
    /// holds a copy, so the whole family ends (RFC 9700, 4.14.2).
    pub async fn refresh(&self, refresh_token: &str) -> Result<Session> {
        let now = self.clock.now();
        let secret = self.secrets.generate(Self::PREFIX);
        let spent = self.secrets.digest(refresh_token);
        let next = self.secrets.digest(&secret.0);
        let window = RotationWindow {
            now,
            expires_at: now + Self::REFRESH,
        };
        match self.sessions.rotate(spent, next, window).await? {
            Rotated::Done(user) => return self.session(user, secret, now),
            Rotated::Spent { family, at } if now - at > Self::TWIN => {
                self.sessions.end_family(family).await?;
            }
            Rotated::Spent { .. } | Rotated::Unknown => {}
        }
        Err(Error::Unauthenticated(Unauthenticated::RefreshToken))
    }

    fn session(&self, user: User, refresh_token: Secret, now: DateTime<Utc>) -> Result<Session> {
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

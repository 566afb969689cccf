use super::{
    Actor, Audit, AuditEvent, Issuer, Rotated, RotationWindow, Session, SessionStore, User,
    UserKind,
};
use crate::error::{Error, Forbidden, Result, Unauthenticated};
use crate::id::OwnerId;
use crate::limits::{Limited, Origin, RateLimits};
use crate::removal::RemovedOwners;
use chrono::TimeDelta;
use std::sync::Arc;
use ulid::Ulid;

/// Which doors are open.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    /// Whether anybody may become a guest (`GUEST_LOGIN`).
    pub guest_login: bool,
    /// Whether anybody may make an account (`REGISTRATION`).
    pub registration: bool,
}

/// The use cases of sessions: guests, refresh, sign-out, and whose an access token is.
pub struct AuthService {
    pub doors: Doors,
    pub limits: Arc<dyn RateLimits>,
    pub sessions: Arc<dyn SessionStore>,
    pub removed: Arc<RemovedOwners>,
    pub audit: Arc<dyn Audit>,
    pub issuer: Arc<Issuer>,
}

impl AuthService {
    /// Seconds an access token is good for.
    pub const ACCESS_SECONDS: u32 = Issuer::ACCESS_SECONDS;
    /// A spent token that comes again this soon is a client's twin request or its retry, not a
    /// thief: it is refused, but its family lives on.
    const TWIN: TimeDelta = TimeDelta::seconds(10);

    /// The owner of an embedded database: always the same one.
    pub const OPERATOR: OwnerId = OwnerId::new(Ulid(1));

    /// Who holds this access token. Asks nobody.
    pub fn authenticate(&self, token: &str) -> Result<Actor> {
        let actor = self.issuer.tokens.verify(token)?;
        self.removed.refuse(actor.owner_id)?;
        Ok(actor)
    }

    /// Makes a new user without a name or password.
    pub async fn guest_login(&self, origin: Origin) -> Result<Session> {
        if !self.doors.guest_login {
            return Err(Error::Forbidden(Forbidden::GuestLoginDisabled));
        }
        let made = self.make_guest();
        self.limits.counted(Limited::Guest, origin, made).await
    }

    async fn make_guest(&self) -> Result<Session> {
        let now = self.issuer.clock.now();
        let user = User {
            id: OwnerId::new(self.issuer.ids.ulid()),
            kind: UserKind::Guest,
            email: None,
            name: None,
            created_at: Some(now),
        };
        let (secret, token) = self.issuer.family(now);
        self.sessions.insert(&user, &token).await?;
        self.audit.record(AuditEvent::GuestMade, Some(user.id));
        self.issuer.session(user, secret, now)
    }

    /// Spends a refresh token for a new pair. One that was spent before means that somebody else
    /// holds a copy, so the whole family ends (RFC 9700, 4.14.2).
    pub async fn refresh(&self, refresh_token: &str, origin: Origin) -> Result<Session> {
        self.limits.take(Limited::Refresh, origin.into())?;
        let issuer = &self.issuer;
        let now = issuer.clock.now();
        let secret = issuer.secrets.generate(Issuer::PREFIX);
        let spent = issuer.secrets.digest(refresh_token);
        let next = issuer.secrets.digest(&secret.0);
        let window = RotationWindow {
            now,
            expires_at: now + Issuer::REFRESH,
        };
        let rotated = self.sessions.rotate(spent, next, window).await;
        let counts = match rotated {
            Ok(Rotated::Unknown) => true,
            Ok(Rotated::Spent { at, .. }) => now - at > Self::TWIN,
            Ok(Rotated::Done(_)) | Err(_) => false,
        };
        if !counts {
            self.limits.give_back(Limited::Refresh, origin.into());
        }
        match rotated? {
            Rotated::Done(user) => return issuer.session(user, secret, now),
            Rotated::Spent { owner, family, at } if now - at > Self::TWIN => {
                self.sessions.end_family(family).await?;
                self.audit.record(AuditEvent::RefreshReused, Some(owner));
            }
            Rotated::Spent { .. } | Rotated::Unknown => {}
        }
        Err(Error::Unauthenticated(Unauthenticated::RefreshToken))
    }

    /// Ends the session that a refresh token belongs to, spent or not. One that belongs to none has
    /// nothing to end, and the caller learns no more (RFC 7009, 2.2). Only such a one counts: whoever
    /// has a session can leave it, whatever others at the address have tried.
    pub async fn sign_out(&self, refresh_token: &str, origin: Origin) -> Result<()> {
        let token = self.issuer.secrets.digest(refresh_token);
        let Some((family, owner)) = self.sessions.find_family(token).await? else {
            return self.limits.take(Limited::Refresh, origin.into());
        };
        self.sessions.end_family(family).await?;
        self.audit.record(AuditEvent::SignedOut, Some(owner));
        Ok(())
    }
}

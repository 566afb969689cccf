use super::{
    Actor, Audit, AuditEvent, Credential, External, ExternalIdentity, ExternalRefused,
    ExternalTokens, Gateway, Lookups, Person, Recognised, Rotated, Session, SessionIssuer,
    SessionList, SessionStore, SignedIn, User, UserKind,
};
use crate::admission::Caller;
use crate::auth::RemovedOwners;
use crate::error::Limited;
use crate::error::{Error, Forbidden, Resource, Result, Unauthenticated};
use crate::id::{OwnerId, SessionId};
use crate::limits::{Origin, RateLimits};
use crate::page::Page;
use std::sync::Arc;
use ulid::Ulid;

/// Which ways to become a user are open.
#[derive(Clone, Copy, Debug)]
pub struct SignupPolicy {
    /// Whether new guests are allowed (`GUEST_LOGIN`).
    pub guest_login: bool,
    /// Whether new accounts are allowed (`REGISTRATION`).
    pub registration: bool,
}

/// The use cases of sessions: guests, refresh, sign-out, and checking access tokens.
pub struct AuthService {
    pub signup: SignupPolicy,
    pub limits: Arc<dyn RateLimits>,
    pub lookups: Lookups,
    pub sessions: Arc<dyn SessionStore>,
    pub removed: Arc<RemovedOwners>,
    pub audit: Arc<dyn Audit>,
    pub issuer: Arc<SessionIssuer>,
    pub external: Arc<dyn ExternalTokens>,
    /// A gateway that names its callers.
    pub gateway: Option<Gateway>,
}

impl AuthService {
    /// The lifetime of an access token in seconds.
    pub const ACCESS_SECONDS: u32 = SessionIssuer::ACCESS_SECONDS;

    /// The owner of an embedded database: always the same id.
    pub const OPERATOR: OwnerId = OwnerId::new(Ulid(1));

    /// Whether the text has the form of an access token: three parts of base64, the first of which is
    /// a JSON object (RFC 7519, 3).
    pub fn looks_like_access_token(text: &str) -> bool {
        text.starts_with("eyJ") && text.split('.').count() == 3
    }

    /// The holder of this access token. Needs no store. `None`: more must be known to decide, see
    /// [`AuthService::authenticate_later`].
    pub fn authenticate(&self, token: &str) -> Result<Option<Recognised>> {
        if self.external.reads(token) {
            let identity = self.external.verify(token)?;
            return identity.map_or(Ok(None), |identity| self.recognise(identity));
        }
        let actor = self.issuer.tokens.verify(token)?;
        self.removed.refuse(actor.owner_id)?;
        Ok(Some(actor.into()))
    }

    /// As [`Self::authenticate`], for a token of an external issuer, whose keys are fetched if
    /// needed.
    pub async fn authenticate_later(&self, token: &str) -> Result<Recognised> {
        self.removed.know().await?;
        if let Some(recognised) = self.authenticate(token)? {
            return Ok(recognised);
        }
        self.external.look_for_key(token).await?;
        let recognised = self.authenticate(token)?;
        recognised.ok_or_else(|| self.external.refuse(ExternalRefused::KeyUnknown))
    }

    /// The owner of an external identity. A token from before the owner's removal is refused; a
    /// later one is of a new owner. `None`: the removals are not known yet.
    pub(super) fn recognise(&self, identity: ExternalIdentity) -> Result<Option<Recognised>> {
        let secrets = self.issuer.secrets.as_ref();
        let first = identity.owner(0, secrets);
        let Some(removal) = self.removed.returning(first) else {
            return Ok(None);
        };
        let (removals, owner_id) = match removal {
            None => (0, first),
            Some(removal) if identity.issued_at > removal.at => {
                (removal.removals, identity.owner(removal.removals, secrets))
            }
            Some(_) => return Err(self.external.refuse(ExternalRefused::Removed)),
        };
        self.removed.refuse(owner_id)?;
        let external = External {
            first,
            removals,
            issued_at: identity.issued_at,
        };
        let actor = Actor {
            owner_id,
            credential: Credential::ExternalToken(external),
        };
        Ok(Some(Recognised {
            actor,
            profile: Some(identity.profile),
        }))
    }

    /// Makes a new user without a name or password.
    pub async fn guest_login(&self, origin: Origin) -> Result<SignedIn> {
        if !self.signup.guest_login {
            return Err(Error::Forbidden(Forbidden::GuestLoginDisabled));
        }
        let made = self.make_guest(Caller::Address(origin));
        self.limits.counted(Limited::Guest, origin, made).await
    }

    async fn make_guest(&self, caller: Caller) -> Result<SignedIn> {
        let now = self.issuer.clock.now();
        let user = User {
            id: OwnerId::new(self.issuer.ids.ulid()),
            kind: UserKind::Guest,
            email: None,
            name: None,
            created_at: Some(now),
        };
        let (secret, token) = self.issuer.begin();
        self.sessions.insert(caller, &user, &token).await?;
        self.audit.record(AuditEvent::GuestMade, Some(user.id));
        self.issuer.sign_in(user, token.session, secret)
    }

    /// Spends a refresh token for a new pair. A token that was spent a moment ago gets the same
    /// successor again, since its client may have lost the answer or have asked twice. A token that
    /// was spent long ago means that a second party holds a copy, so the whole session ends (RFC
    /// 9700, 4.14.2).
    pub async fn refresh(&self, refresh_token: &str, origin: Origin) -> Result<SignedIn> {
        let Some(spent) = self.issuer.digest(refresh_token) else {
            return match Self::looks_like_access_token(refresh_token) {
                true => self.bad(origin, Unauthenticated::AccessTokenAsRefresh),
                false => self.unknown(origin),
            };
        };
        let (mut secret, next) = self.issuer.successor(refresh_token);
        let caller = Caller::Address(origin);
        let look = self.lookups.take(origin).await?;
        let rotation = self.issuer.rotation();
        let mut rotated = self.sessions.rotate(caller, spent, next, rotation).await?;
        // It may have been spent a moment ago, before the service's secret was changed.
        if matches!(rotated, Rotated::Spent)
            && let Some((earlier, next)) = self.issuer.successor_of_before(refresh_token)
        {
            rotated = self.sessions.rotate(caller, spent, next, rotation).await?;
            secret = earlier;
        }
        drop(look);
        match rotated {
            Rotated::Done(user, session) => self.issuer.sign_in(user, session, secret),
            Rotated::Spent => Err(Error::Unauthenticated(Unauthenticated::RefreshToken)),
            Rotated::Reused(owner, session) => {
                self.sessions.end(caller, owner, session).await?;
                self.audit.record(AuditEvent::RefreshReused, Some(owner));
                self.unknown(origin)
            }
            Rotated::Unknown => self.unknown(origin),
        }
    }

    /// Counts a bad refresh token. Tokens are looked up before they are counted, and good ones do
    /// not count: so a caller with a good token gets through, even when others of the address sent
    /// bad ones.
    fn unknown<T>(&self, origin: Origin) -> Result<T> {
        self.bad(origin, Unauthenticated::RefreshToken)
    }

    fn bad<T>(&self, origin: Origin, reason: Unauthenticated) -> Result<T> {
        self.limits.take(Limited::Refresh, origin.into())?;
        Err(Error::Unauthenticated(reason))
    }

    /// Ends the session of a refresh token, spent or not. A token without a session gets the same
    /// answer (RFC 7009, 2.2). Only such a token counts for the limit.
    pub async fn sign_out(&self, refresh_token: &str, origin: Origin) -> Result<()> {
        let nothing = || self.limits.take(Limited::Refresh, origin.into());
        let Some(token) = self.issuer.digest(refresh_token) else {
            return nothing();
        };
        let caller = Caller::Address(origin);
        let look = self.lookups.take(origin).await?;
        let found = self.sessions.find(caller, token).await?;
        drop(look);
        let Some((session, owner)) = found else {
            return nothing();
        };
        self.sessions.end(caller, owner, session).await?;
        self.audit.record(AuditEvent::SignedOut, Some(owner));
        Ok(())
    }

    /// The caller's sessions that can continue, and the session of the caller's own token.
    pub async fn list_sessions(
        &self,
        actor: Actor,
        list: SessionList,
    ) -> Result<(Page<Session>, Option<SessionId>)> {
        let person = actor.person()?;
        let page = self.sessions.list(person.owner, &list).await?;
        Ok((page, person.session))
    }

    /// Ends one of the caller's sessions. Its access tokens stay valid for the rest of their hour.
    pub async fn end_session(&self, actor: Actor, session: SessionId) -> Result<()> {
        let person = actor.person()?;
        if !self.sessions.end_of(person, session).await? {
            return Err(Resource::Session.absent());
        }
        let ended = AuditEvent::SessionEnded;
        self.audit.record(ended, Some(person.owner));
        Ok(())
    }

    /// Ends all sessions of the caller, this one included.
    pub async fn end_sessions(&self, actor: Actor) -> Result<()> {
        let person = actor.person()?;
        self.sessions.end_others(person, 0).await?;
        // The caller's own session ends last: without it, the caller could not end the others.
        if let Some(own) = person.session {
            let caller = Caller::Owner(person.owner);
            self.sessions.end(caller, person.owner, own).await?;
        }
        let ended = AuditEvent::SessionsEnded;
        self.audit.record(ended, Some(person.owner));
        Ok(())
    }
}

impl dyn SessionStore + '_ {
    /// How many steps are made while the caller waits; each ends thousands of sessions.
    const STEPS: usize = 1_000;

    /// Ends the person's sessions except their own, step by step, until at most `most` tokens of
    /// others are left. `Overloaded` when the caller makes new ones faster.
    pub(super) async fn end_others(&self, person: Person, most: u32) -> Result<()> {
        for _ in 0..Self::STEPS {
            if !self.end_some(person, most).await? {
                return Ok(());
            }
        }
        Err(Error::Overloaded { retry_after: 1 })
    }
}

use super::{
    AccountStore, Actor, Audit, AuditEvent, Credential, Email, Name, NewAccount, Password,
    PasswordHash, PasswordHasher, Person, SessionIssuer, SessionStore, SignedIn, SignupPolicy,
    Throttle, Upgraded, User, UserKind,
};
use crate::admission::Caller;
use crate::error::Limited;
use crate::error::{Conflict, Error, Forbidden, Result, Unauthenticated};
use crate::id::OwnerId;
use crate::limits::{Origin, RateLimits};
use std::sync::Arc;

/// The use cases of accounts: people with an e-mail address and a password.
pub struct AccountService {
    pub signup: SignupPolicy,
    pub limits: Arc<dyn RateLimits>,
    pub throttle: Throttle,
    pub accounts: Arc<dyn AccountStore>,
    pub sessions: Arc<dyn SessionStore>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub audit: Arc<dyn Audit>,
    pub issuer: Arc<SessionIssuer>,
}

/// A client's request for an account.
pub struct Register {
    pub email: Email,
    pub password: Password,
    pub name: Option<Name>,
}

impl AccountService {
    /// Makes an account and signs in. Only here does a client learn that an address is taken: the
    /// service sends no mail, so it cannot tell the client another way. The rate limit makes
    /// guessing slow.
    pub async fn register(&self, register: Register, origin: Origin) -> Result<SignedIn> {
        if !self.signup.registration {
            return Err(Error::Forbidden(Forbidden::RegistrationDisabled));
        }
        let made = self.make(register, origin);
        self.limits
            .counted(Limited::Registration, origin, made)
            .await
    }

    async fn make(&self, register: Register, origin: Origin) -> Result<SignedIn> {
        let caller = Caller::Address(origin);
        let password = self.hasher.hash(caller, register.password).await?;
        let now = self.issuer.clock.now();
        let user = User {
            id: OwnerId::new(self.issuer.ids.ulid()),
            kind: UserKind::Account,
            email: Some(register.email.clone()),
            name: register.name.clone().map(Name::into_string),
            created_at: Some(now),
        };
        let account = NewAccount {
            email: register.email,
            name: register.name,
            password,
            created_at: now,
        };
        let (secret, token) = self.issuer.begin();
        let inserted = self.accounts.insert(caller, &user, &account, &token);
        if !inserted.await? {
            return Err(Error::Conflict(Conflict::EmailTaken));
        }
        self.audit.record(AuditEvent::Registered, Some(user.id));
        self.issuer.sign_in(user, token.session, secret)
    }

    /// Signs in. For an unknown address it does the same work as for a wrong password.
    pub async fn login(
        &self,
        email: &Email,
        password: Password,
        origin: Origin,
    ) -> Result<SignedIn> {
        let account = self.issuer.secrets.digest(email.as_str());
        let admitted = self.throttle.admit(account, origin).await;
        if admitted.is_err() {
            self.audit.record(AuditEvent::SignInRefused, None);
        }
        let attempt = admitted?;
        const WRONG: Error = Error::Unauthenticated(Unauthenticated::Password);
        let checked = self.check(email, password, origin).await;
        if checked.is_err() {
            self.throttle.undo(attempt);
        }
        let (user, hash) = match checked? {
            (Some(user), Some(hash)) => (user, hash),
            (found, _) => {
                let owner = found.map(|user| user.id);
                self.audit.record(AuditEvent::SignInFailed, owner);
                return Err(WRONG);
            }
        };
        self.throttle.succeeded(attempt);
        let (secret, token) = self.issuer.begin();
        // Since the look-up, the account may have been removed or got another password.
        if !self.sessions.sign_in(user.id, &hash, &token).await? {
            return Err(WRONG);
        }
        self.audit.record(AuditEvent::SignedIn, Some(user.id));
        self.issuer.sign_in(user, token.session, secret)
    }

    /// The account of the address, and its hash if the password is right. Both take the same time.
    async fn check(
        &self,
        email: &Email,
        password: Password,
        origin: Origin,
    ) -> Result<(Option<User>, Option<PasswordHash>)> {
        let caller = Caller::Address(origin);
        let (user, hash) = match self.accounts.find_by_email(caller, email).await? {
            Some((user, hash)) => (Some(user), hash),
            None => (None, self.hasher.decoy()),
        };
        let right = self.hasher.verify(caller, password, hash.clone()).await?;
        Ok((user, right.then_some(hash)))
    }

    /// Turns a guest into an account; all data of the guest stays. The error says that the address
    /// and the password cannot be used together, not that the address is taken.
    pub async fn upgrade(
        &self,
        actor: Actor,
        email: Email,
        password: Password,
        origin: Origin,
    ) -> Result<SignedIn> {
        let guest = actor.person()?;
        if !self.signup.registration {
            return Err(Error::Forbidden(Forbidden::RegistrationDisabled));
        }
        let upgraded = self.give(guest, email, password, origin);
        self.limits
            .counted(Limited::Registration, origin, upgraded)
            .await
    }

    /// A random password that is not kept in clear. An account that has it is used through its
    /// session, until the person sets a password.
    pub fn unknown_password(&self, email: &Email) -> Result<Password> {
        let secret = self.issuer.secrets.generate("");
        Password::choose("password", &secret.0, email)
    }

    /// Gives the guest an address and a password.
    async fn give(
        &self,
        guest: Person,
        email: Email,
        password: Password,
        origin: Origin,
    ) -> Result<SignedIn> {
        let password = self.hasher.hash(Caller::Address(origin), password).await?;
        let now = self.issuer.clock.now();
        let account = NewAccount {
            email,
            name: None,
            password,
            created_at: now,
        };
        let (secret, token) = self.issuer.begin();
        let user = match self.accounts.upgrade(guest, &account, &token).await? {
            Upgraded::Done(user) => user,
            Upgraded::NotGuest => return Err(Error::Conflict(Conflict::NotGuest)),
            Upgraded::Taken => return Err(Error::Conflict(Conflict::UpgradeRefused)),
        };
        self.audit.record(AuditEvent::Upgraded, Some(user.id));
        self.issuer.sign_in(user, token.session, secret)
    }

    /// The caller's account. Of an owner with external tokens, only the id is known.
    pub async fn me(&self, actor: Actor) -> Result<User> {
        let found = match actor.credential {
            Credential::ExternalToken(_) => None,
            _ => self.accounts.find(actor.owner_id).await?,
        };
        Ok(found.unwrap_or(User {
            id: actor.owner_id,
            kind: UserKind::External,
            email: None,
            name: None,
            created_at: None,
        }))
    }
}

impl Actor {
    /// Refuses an API key: a stolen key must not be enough to make more keys.
    pub fn person(self) -> Result<Person> {
        match self.credential {
            Credential::AccessToken { session } => Ok(Person {
                owner: self.owner_id,
                session,
                external: None,
            }),
            Credential::ExternalToken(external) => Ok(Person {
                owner: self.owner_id,
                session: None,
                external: Some(external),
            }),
            Credential::ApiKey => Err(Error::Forbidden(Forbidden::ApiKey)),
        }
    }
}

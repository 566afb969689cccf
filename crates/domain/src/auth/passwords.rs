//! Changing a password, and resetting one.

use super::{
    AccountService, AccountStore, Actor, Audit, AuditEvent, Email, Password, PasswordChange,
    PasswordHash, PasswordHasher, Person, SessionStore,
};
use crate::admission::Caller;
use crate::error::{Conflict, Error, Invalid, InvalidReason, Result};
use crate::id::OwnerId;
use crate::limits::Origin;

/// A client's request to change a password.
pub struct ChangePassword {
    pub current: Password,
    /// The new password as sent. It is checked later, since the check depends on the account.
    pub new: String,
}

/// How many sessions are ended in the same unit of work as the change of the password. If an
/// account has more, the others are ended before that, step by step.
const AT_ONCE: u32 = 10_000;

impl AccountService {
    /// Gives the caller's account another password and ends every other session. The current
    /// password is required with every token: a stolen token must not be enough to take over the
    /// account.
    pub async fn change_password(
        &self,
        actor: Actor,
        request: ChangePassword,
        origin: Origin,
    ) -> Result<()> {
        let person = actor.person()?;
        let owner = person.owner;
        let account = self.accounts.find_password(owner).await?;
        let (email, old) = account.ok_or(Error::Conflict(Conflict::NotAccount))?;
        let new = Password::choose("new_password", &request.new, &email)?;
        self.prove(owner, &email, request.current, &old, origin)
            .await?;
        let change = PasswordChange {
            new: self.hasher.hash(Caller::Owner(owner), new).await?,
            old: Some(old),
        };
        self.sessions.end_others(person, AT_ONCE).await?;
        if !self.accounts.set_password(person, &change).await? {
            // The password was changed, or the account removed, since the look-up.
            return Err(wrong());
        }
        self.audit.record(AuditEvent::PasswordChanged, Some(owner));
        Ok(())
    }

    /// Compares the current password, limited as at sign-in.
    async fn prove(
        &self,
        owner: OwnerId,
        email: &Email,
        password: Password,
        hash: &PasswordHash,
        origin: Origin,
    ) -> Result<()> {
        let account = self.issuer.secrets.digest(email.as_str());
        let admitted = self.throttle.admit(account, origin).await;
        if admitted.is_err() {
            self.audit.record(AuditEvent::SignInRefused, Some(owner));
        }
        let attempt = admitted?;
        let caller = Caller::Owner(owner);
        match self.hasher.verify(caller, password, hash.clone()).await {
            Ok(true) => {
                self.throttle.succeeded(attempt);
                Ok(())
            }
            Ok(false) => {
                let failed = AuditEvent::PasswordChangeFailed;
                self.audit.record(failed, Some(owner));
                Err(wrong())
            }
            Err(error) => {
                self.throttle.undo(attempt);
                Err(error)
            }
        }
    }
}

fn wrong() -> Error {
    Error::Invalid(Invalid {
        param: Some("current_password".to_owned()),
        reason: InvalidReason::Password,
        message: "current_password is not your password.".to_owned(),
    })
}

/// Resets a forgotten password, for the operator.
pub struct PasswordReset<'a> {
    pub accounts: &'a dyn AccountStore,
    pub sessions: &'a dyn SessionStore,
    pub hasher: &'a dyn PasswordHasher,
    pub audit: &'a dyn Audit,
}

impl PasswordReset<'_> {
    /// Gives the account of an address another password and ends all its sessions; `false` when the
    /// address has no account.
    pub async fn reset(&self, email: &Email, new: Password) -> Result<bool> {
        let found = self.accounts.find_by_email(Caller::Service, email);
        let Some((user, _)) = found.await? else {
            return Ok(false);
        };
        let change = PasswordChange {
            new: self.hasher.hash(Caller::Service, new).await?,
            old: None,
        };
        let person = Person {
            owner: user.id,
            session: None,
            external: None,
        };
        self.sessions.end_others(person, AT_ONCE).await?;
        let done = self.accounts.set_password(person, &change).await?;
        if done {
            self.audit.record(AuditEvent::PasswordReset, Some(user.id));
        }
        Ok(done)
    }
}

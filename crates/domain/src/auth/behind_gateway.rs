//! The use cases of callers that a gateway names.

use super::{
    Actor, AuthService, Credential, ExternalIdentity, NamedCaller, Recognised, User, Validated,
};
use crate::error::{Error, Result, Unauthenticated};
use crate::id::OwnerId;
use crate::secret::Secret;

/// The purpose of the code of a subject, as a part of the coded text. A refresh token can never be
/// the same text.
const NAMED: &str = "the holder of an API key, for a gateway:";

impl AuthService {
    /// Whether this is the secret of the gateway. Digests are compared, so the time does not reveal the secret.
    pub fn is_gateway(&self, secret: &str) -> bool {
        let gateway = self.gateway.as_ref();
        gateway.is_some_and(|known| self.issuer.secrets.digest(secret) == known.secret)
    }

    /// The caller that the gateway names. `None`: see [`AuthService::recognise_later`].
    pub fn recognise_said(&self, said: &NamedCaller) -> Result<Option<Recognised>> {
        let Some(gateway) = &self.gateway else {
            return Err(Error::Unauthenticated(Unauthenticated::External));
        };
        if let Some(owner_id) = self.holder(&said.subject) {
            self.removed.refuse(owner_id)?;
            let credential = Credential::ApiKey;
            let actor = Actor {
                owner_id,
                credential,
            };
            return Ok(Some(actor.into()));
        }
        self.recognise(ExternalIdentity {
            issuer: gateway.issuer.clone(),
            subject: said.subject.clone(),
            // The gateway has just checked it.
            issued_at: self.issuer.clock.now(),
            profile: said.profile.clone(),
        })
    }

    /// As `recognise_said`, after the removed owners have been read.
    pub async fn recognise_later(&self, said: &NamedCaller) -> Result<Recognised> {
        self.removed.know().await?;
        let recognised = self.recognise_said(said)?;
        recognised.ok_or_else(|| Error::Internal("the removed owners are not known".into()))
    }

    /// The holder of a valid API key, for a gateway.
    pub fn validated(&self, key: Actor, user: User) -> Validated {
        let owner = key.owner_id;
        let named = format!("{NAMED} {owner}");
        let Secret(code) = self.issuer.successors.successor("", &named);
        Validated {
            owner,
            subject: format!("{owner}.{code}"),
            user,
        }
    }

    /// The owner that a subject of [`AuthService::validated`] names.
    fn holder(&self, subject: &str) -> Option<OwnerId> {
        let (owner, code) = subject.split_once('.')?;
        let owner = OwnerId::read(owner)?;
        let named = format!("{NAMED} {owner}");
        let digest = |text: &str| self.issuer.secrets.digest(text);
        let now = self.issuer.successors.successor("", &named);
        let before = self.issuer.successors.successor_of_before("", &named);
        let good = [Some(now), before];
        let code = digest(code);
        let mut good = good.into_iter().flatten();
        good.any(|Secret(good)| digest(&good) == code)
            .then_some(owner)
    }
}

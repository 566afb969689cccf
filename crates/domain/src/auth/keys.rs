use super::{
    Actor, ApiKey, Audit, AuditEvent, Credential, KeyCache, KeyHolder, KeyList, KeyStore, KnownKey,
    Lookups, Name,
};
use crate::admission::Caller;
use crate::auth::RemovedOwners;
use crate::clock::{Clock, Ids};
use crate::error::Limited;
use crate::error::{Conflict, Error, Resource, Result, Unauthenticated};
use crate::id::{KeyId, OwnerId};
use crate::limits::{Origin, RateLimits};
use crate::page::Page;
use crate::secret::{Digest, Secret, Secrets};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// The use cases of API keys.
pub struct KeyService {
    pub keys: Arc<dyn KeyStore>,
    pub cache: Arc<dyn KeyCache>,
    pub limits: Arc<dyn RateLimits>,
    pub lookups: Lookups,
    pub removed: Arc<RemovedOwners>,
    pub secrets: Arc<dyn Secrets>,
    pub audit: Arc<dyn Audit>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// A client's request for an API key.
#[derive(Clone, Debug)]
pub struct CreateKey {
    pub name: Name,
    pub lifetime: Option<KeyLifetime>,
}

/// The lifetime of a key: a minute to a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLifetime(TimeDelta);

impl KeyLifetime {
    pub fn parse(seconds: i64) -> Result<Self> {
        if !(60..=31_536_000).contains(&seconds) {
            let message = "expires_in must be 60 to 31,536,000 seconds.";
            return Err(Error::invalid("expires_in", message));
        }
        Ok(Self(TimeDelta::seconds(seconds)))
    }
}

impl KeyService {
    /// The prefix by which this service, people and secret scanners recognise a key.
    pub const PREFIX: &str = "sk_";
    /// A key is the prefix and this many letters and digits.
    const SECRET: usize = 43;
    /// How many of the last characters are shown later. The rest has more than 230 random bits.
    const HINT: usize = 4;
    /// How long a good key is remembered. So a revocation takes effect at other instances after at
    /// most this time. A look-up is one statement by a primary key.
    const GOOD: TimeDelta = TimeDelta::seconds(10);
    /// How long a bad key is remembered. Another instance may have just made the key.
    const BAD: TimeDelta = TimeDelta::seconds(5);

    /// The owner of a key. A text that cannot be a key is refused without a look-up.
    pub async fn authenticate(&self, key: &str, origin: Origin) -> Result<Actor> {
        self.check(key, origin, true).await
    }

    /// As [`Self::authenticate`], for a gateway that asks for its callers. They all come from its
    /// address, so bad keys are not counted for that. The gateway limits its callers.
    pub async fn holder(&self, key: &str, gateway: Origin) -> Result<Actor> {
        self.check(key, gateway, false).await
    }

    /// `is_limited` says whether a bad key counts for its address.
    async fn check(&self, key: &str, origin: Origin, is_limited: bool) -> Result<Actor> {
        const BAD: Error = Error::Unauthenticated(Unauthenticated::ApiKey);
        let secret = key.strip_prefix(Self::PREFIX).ok_or(BAD)?;
        if secret.len() != Self::SECRET || !secret.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(BAD);
        }
        let now = self.clock.now();
        let digest = self.secrets.digest(key);
        let known = self.cache.get(&digest);
        let holder = match known.and_then(|known| Self::fresh(known, now)) {
            Some(holder) => holder,
            None => {
                let is_new = known.is_none_or(|known| known.holder.is_some());
                let found = self.look_up(digest, origin, is_new, now).await?;
                if is_limited && is_new && found.is_none() {
                    self.limits.take(Limited::KeyCheck, origin.into())?;
                }
                found
            }
        };
        let holder = holder.ok_or(BAD)?;
        if holder.expires_at.is_some_and(|end| end <= now) {
            return Err(BAD);
        }
        self.removed.refuse(holder.owner).map_err(|_| BAD)?;
        Ok(Actor {
            owner_id: holder.owner,
            credential: Credential::ApiKey,
        })
    }

    /// The remembered result for a key, unless it is too old.
    fn fresh(known: KnownKey, now: DateTime<Utc>) -> Option<Option<KeyHolder>> {
        let good_for = match known.holder {
            Some(_) => Self::GOOD,
            None => Self::BAD,
        };
        // If the clock was set back, the remembered result must not last longer.
        let age = now - known.at;
        (age < good_for && age >= TimeDelta::zero()).then_some(known.holder)
    }

    /// Looks up a key before the attempt is counted, and only bad keys are counted: a good key is
    /// accepted, even when other clients of the address have sent bad ones. Repeating one bad key
    /// costs little; a client that tries many bad keys is refused. `is_new` says whether this key
    /// is.
    async fn look_up(
        &self,
        digest: Digest,
        origin: Origin,
        is_new: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<KeyHolder>> {
        let look = match is_new {
            true => Some(self.lookups.take(origin).await?),
            false => None,
        };
        let removals = self.cache.removals();
        let caller = Caller::Address(origin);
        let holder = self.keys.find(caller, digest, now).await?;
        let known = KnownKey { holder, at: now };
        self.cache.put(digest, known, removals);
        drop(look);
        Ok(holder)
    }

    /// Makes a key. Only this answer contains its secret.
    pub async fn create(&self, actor: Actor, request: CreateKey) -> Result<(ApiKey, Secret)> {
        let person = actor.person()?;
        let now = self.clock.now();
        let secret = self.secrets.generate(Self::PREFIX);
        let hint = secret.0.len().saturating_sub(Self::HINT);
        let key = ApiKey {
            id: KeyId::new(self.ids.ulid()),
            name: request.name,
            hint: secret.0.get(hint..).unwrap_or_default().to_owned(),
            created_at: now,
            expires_at: request.lifetime.map(|KeyLifetime(lifetime)| now + lifetime),
        };
        let digest = self.secrets.digest(&secret.0);
        if !self.keys.insert(person, &key, digest).await? {
            return Err(Error::Conflict(Conflict::ApiKeysFull));
        }
        let made = AuditEvent::KeyMade(key.id);
        self.audit.record(made, Some(person.owner));
        Ok((key, secret))
    }

    pub async fn list(&self, owner: OwnerId, list: KeyList) -> Result<Page<ApiKey>> {
        self.keys.list(owner, &list).await
    }

    /// Ends a key: for this instance at once, for others within [`KeyService::GOOD`].
    pub async fn revoke(&self, actor: Actor, id: KeyId) -> Result<()> {
        let person = actor.person()?;
        let gone = self.keys.delete(person, id).await?;
        let digest = gone.ok_or_else(|| Resource::ApiKey.absent())?;
        self.cache.remove(&digest);
        let revoked = AuditEvent::KeyRevoked(id);
        self.audit.record(revoked, Some(person.owner));
        Ok(())
    }
}

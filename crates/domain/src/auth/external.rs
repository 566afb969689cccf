//! Owners with tokens of external issuers.

use crate::error::{Error, Result};
use crate::id::OwnerId;
use crate::secret::Secrets;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Reads tokens of external issuers. Every refusal is `Unauthenticated` with one neutral message; the
/// log has the reason.
#[async_trait::async_trait]
pub trait ExternalTokens: Send + Sync {
    /// Whether the token is to be read here: there are issuers, and it does not have the form of our
    /// own tokens. It may not be a token at all.
    fn reads(&self, token: &str) -> bool;

    /// The identity that a valid token proves. `None`: the key that signed it is not known here, but
    /// may be after [`ExternalTokens::look_for_key`]. Needs no network and no store.
    fn verify(&self, token: &str) -> Result<Option<ExternalIdentity>>;

    /// Fetches the keys of the token's issuer, unless that was done a moment ago. A fetch that runs
    /// already is waited for. `IssuerUnavailable` when no keys of the issuer could be fetched so far.
    async fn look_for_key(&self, token: &str) -> Result<()>;

    /// The refusal of a token, whose reason is logged.
    fn refuse(&self, reason: ExternalRefused) -> Error;
}

/// Why a valid, or not yet valid, token of an external issuer is refused after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExternalRefused {
    #[error("its issuer has no such key")]
    KeyUnknown,
    #[error("it was issued before its owner was removed")]
    Removed,
}

/// A person or program as an external issuer identifies them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// The address that names the issuer (`iss`).
    pub issuer: String,
    /// The issuer's name for the person, never used again for another (`sub`).
    pub subject: String,
    /// When the token was issued at the earliest.
    pub issued_at: DateTime<Utc>,
    pub profile: ExternalProfile,
}

/// The data of a token about its holder. It is shown to the holder and not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalProfile {
    pub name: Option<String>,
    pub email: Option<String>,
    pub is_guest: bool,
}

/// An external owner: their first id, and how often they were removed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct External {
    /// The owner that the identity had at first. It stands for the identity.
    pub first: OwnerId,
    /// How often the identity's owner was removed.
    pub removals: u32,
    /// When the token was issued, by the issuer's clock.
    pub issued_at: DateTime<Utc>,
}

impl External {
    /// The time of a removal by the holder of this token. Tokens from before it are refused, by the
    /// clock of their issuer, which may be ahead: at least this one was issued before.
    pub fn removed_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now.max(self.issued_at)
    }
}

impl ExternalIdentity {
    /// The owner of this identity after `removals` removals. It is derived, so no look-up is
    /// needed. Each removal makes another owner: the data of one that was removed can never be seen
    /// again.
    pub(super) fn owner(&self, removals: u32, secrets: &dyn Secrets) -> OwnerId {
        derived(&self.issuer, &self.subject, removals, secrets)
    }
}

/// The first 128 bits of a SHA-256. The length of the issuer separates it from the subject.
fn derived(issuer: &str, subject: &str, removals: u32, secrets: &dyn Secrets) -> OwnerId {
    const LABEL: &str = "jan-conversations: an external owner, 1";
    let length = issuer.len();
    let digest = secrets.digest(&format!(
        "{LABEL}\n{removals}\n{length}\n{issuer}\n{subject}"
    ));
    let (half, _) = digest.0.split_at(16);
    let half = half.iter();
    OwnerId::new(Ulid(half.fold(0, |id, byte| (id << 8) | u128::from(*byte))))
}

//! Callers whose identity a gateway has checked.

use super::{ExternalProfile, User, UserKind};
use crate::id::OwnerId;
use crate::secret::Digest;

/// A gateway in front of this service that names its callers. It is trusted only with its secret.
pub struct Gateway {
    pub secret: Digest,
    /// The issuer of the subjects that it names.
    pub issuer: String,
}

/// A caller as a gateway names them.
#[derive(Clone, Debug)]
pub struct NamedCaller {
    pub subject: String,
    pub profile: ExternalProfile,
}

/// The holder of an API key, as a gateway must name this caller in later requests.
pub struct Validated {
    pub owner: OwnerId,
    /// Names the owner in [`NamedCaller`]. It is derived with a key of this service, so an issuer cannot give
    /// anyone else a subject that is taken for it.
    pub subject: String,
    pub user: User,
}

impl Validated {
    /// A name to show: an account's name or address, or the id.
    pub fn username(&self) -> String {
        let address = self
            .user
            .email
            .as_ref()
            .map(|email| email.as_str().to_owned());
        let name = self.user.name.clone().or(address);
        name.unwrap_or_else(|| match self.user.kind {
            UserKind::Guest => format!("guest-{}", self.owner),
            _ => self.owner.to_string(),
        })
    }
}

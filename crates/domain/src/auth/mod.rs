//! Identity: the caller, and the tokens, passwords and keys that prove it.

mod accounts;
mod audit;
mod behind_gateway;
mod email;
mod external;
mod gateway;
mod guessable;
mod issuer;
mod key_ports;
mod keys;
mod lookups;
mod model;
mod password;
mod passwords;
mod ports;
mod removed;
mod service;
mod throttle;

pub use accounts::{AccountService, Register};
pub use audit::AuditEvent;
pub use email::Email;
pub use external::{External, ExternalIdentity, ExternalProfile, ExternalRefused, ExternalTokens};
pub use gateway::{Gateway, NamedCaller, Validated};
pub use issuer::SessionIssuer;
pub use key_ports::{KeyCache, KeyHolder, KeyList, KeyStore, KnownKey};
pub use keys::{CreateKey, KeyLifetime, KeyService};
pub use lookups::Lookups;
pub use model::{
    Actor, ApiKey, Claims, Credential, Name, Person, Recognised, Session, SignedIn, User, UserKind,
};
pub use password::{Password, PasswordHash};
pub use passwords::{ChangePassword, PasswordReset};
pub use ports::{
    AccessTokens, AccountStore, Audit, NewAccount, PasswordChange, PasswordHasher, RefreshToken,
    Rotated, Rotation, SessionList, SessionStore, Upgraded,
};
pub use removed::{ExternalRemoval, RemovalRecord, Removals, RemovedOwners};
pub use service::{AuthService, SignupPolicy};
pub use throttle::Throttle;

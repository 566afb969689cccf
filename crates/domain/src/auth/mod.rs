//! Identity: who is calling, and the tokens, passwords and keys that prove it.

mod accounts;
mod audit;
mod email;
mod issuer;
mod keys;
mod model;
mod password;
mod ports;
mod service;
mod throttle;

pub use accounts::{AccountService, Register};
pub use audit::AuditEvent;
pub use email::Email;
pub use issuer::Issuer;
pub use keys::{CreateKey, KeyService, Lifetime};
pub use model::{Actor, ApiKey, Claims, Credential, Digest, Name, Secret, Session, User, UserKind};
pub use password::{Password, PasswordHash};
pub use ports::{
    AccessTokens, AccountStore, Audit, KeyCache, KeyHolder, KeyList, KeyStore, KnownKey,
    NewAccount, PasswordHasher, RefreshToken, Rotated, RotationWindow, Secrets, SessionStore,
    Upgraded,
};
pub use service::{AuthService, Doors};
pub use throttle::Throttle;

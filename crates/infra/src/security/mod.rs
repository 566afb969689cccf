//! Tokens and secrets.

mod argon2;
mod external;
mod jwt;
mod key_cache;
mod secrets;
mod successors;

pub use argon2::Argon2Hasher;
pub use external::{ExternalIssuers, IssuerProblem, IssuerSettings};
pub use jwt::{Jwt, SecretTooShort};
pub use key_cache::BoundedKeyCache;
pub use secrets::RandomSecrets;
pub use successors::HmacSuccessors;

//! Tokens and secrets.

mod jwt;
mod secrets;

pub use jwt::{Jwt, SecretTooShort};
pub use secrets::RandomSecrets;

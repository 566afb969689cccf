//! Tokens of external issuers.

mod forged;
pub(crate) mod issuer;
mod keys;
mod log;
mod owners;
mod tokens;

//! Tokens of external issuers.

pub(crate) mod issuer;
mod keys;
mod log;
mod owners;
mod tokens;

//! Tokens of external issuers.

pub(crate) mod issuer;
mod keys;
mod owners;
mod tokens;

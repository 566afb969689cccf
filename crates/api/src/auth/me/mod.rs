//! The caller.

pub(crate) mod delete;
pub(crate) mod get;

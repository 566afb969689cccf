//! Identity in Jan's shapes.

pub(super) mod api_keys;
pub(super) mod me;
pub(super) mod sessions;
pub(super) mod upgrade;

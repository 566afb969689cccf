//! Requests that come again: a client that lost an answer asks once more, and what it asked for is done
//! once.
//!
//! A request with a key is claimed before anything is done for it. What it did is written down in the
//! transaction that did it, so one is never stored without the other.

mod claim;
mod model;
mod owed;
mod ports;
mod scope;
mod service;
#[cfg(test)]
mod tests;

pub use claim::Claim;
pub use model::{Made, Outcome, RepeatKey};
pub use ports::{Found, NewClaim, RepeatStore};
pub use scope::{Slot, carried, current, scope};
pub use service::{Asked, Begun, RepeatService, Verdict};

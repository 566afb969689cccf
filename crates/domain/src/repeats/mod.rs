//! Repeated requests: a client that lost an answer sends the request again, and it is done once.
//!
//! A request with a key is claimed before it runs. Its outcome is recorded in the same transaction
//! as its effect, so one is never stored without the other.

mod claim;
mod model;
mod owed;
mod ports;
mod scope;
mod service;
#[cfg(test)]
mod tests;

pub use claim::{Claim, Verdict};
use model::LEASE;
pub use model::{Made, Outcome, RepeatKey};
pub use ports::{KeyState, NewClaim, RepeatStore};
pub use scope::{ClaimSlot, carried, current, scope};
pub use service::{LookedUpRequest, RepeatMark, RepeatService};

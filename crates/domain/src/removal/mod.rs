//! Removing an owner with everything that is theirs.
//!
//! An owner who goes is remembered: whatever is still on its way in their name is refused, by every
//! instance within seconds, and by the statements that would store something at once.

mod owners;
mod ports;
mod service;

pub use owners::RemovedOwners;
pub use ports::RemovalStore;
pub use service::RemovalService;

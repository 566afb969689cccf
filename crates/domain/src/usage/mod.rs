//! The usage of owners, and their limits.
//!
//! Usage is counted in the background and may lag a minute, so that writes do not wait for a count:
//! each instance remembers the last counts of the owners that write through it.

mod guard;
mod model;
mod ports;
mod service;
#[cfg(test)]
mod tests;

pub use guard::UsageGuard;
pub use model::{Allowance, Allowances, StorageLeft, Usage};
pub use ports::{Counted, UsageStore};
pub use service::UsageService;

//! How much owners use, and how much they may.
//!
//! It is counted beside the requests and may lag a minute, so that no write waits for a count: each
//! instance remembers what was last counted of the owners who write through it.

mod guard;
mod model;
mod ports;
mod service;
#[cfg(test)]
mod tests;

pub use guard::UsageGuard;
pub use model::{Allowance, Allowances, Quota, StorageLeft, Usage};
pub use ports::{Counted, UsageStore};
pub use service::UsageService;

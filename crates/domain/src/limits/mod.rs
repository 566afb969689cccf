//! Rate limits.

mod model;
mod ports;

pub use model::{Origin, Quota, Quotas, Subject};
pub use ports::RateLimits;

//! Rate limits.

mod model;
mod ports;

pub use model::{Limited, Origin, Quota, Quotas, Subject};
pub use ports::RateLimits;

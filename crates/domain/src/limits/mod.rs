//! Rate limits.

mod limited;
mod model;
mod ports;

pub use limited::Limited;
pub use model::{Origin, Quota, Quotas, Subject};
pub use ports::RateLimits;

//! Rate limits.

mod model;
mod ports;

pub use model::{Origin, Rate, Rates, Subject};
pub use ports::RateLimits;

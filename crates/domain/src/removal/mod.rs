//! Removing an owner with all their data.
//!
//! A removed owner is remembered: every instance refuses their later requests within seconds, and
//! the statements that store data refuse them at once.

mod ports;
mod service;

pub use ports::RemovalStore;
pub use service::RemovalService;

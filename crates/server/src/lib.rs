//! Wires adapters to services and serves them: the one crate that sees both sides.

mod app;
pub mod cli;
pub mod config;
pub mod housekeeping;
mod identity;
pub mod purge;
mod serve;
pub mod telemetry;
pub mod titles;
pub mod token;
pub mod views;

pub use app::{Parts, start};
pub use serve::{ServeError, migrate, serve};

//! Wires adapters to services and serves them: the only crate that depends on both sides.

pub mod allocator;
mod app;
mod assemble;
mod background;
mod chat;
pub mod cli;
pub mod config;
mod files;
mod greeting;
pub mod help;
mod identity;
pub mod jobs;
mod listening;
mod migrate;
mod pages;
mod parts;
pub mod print;
mod processors;
pub mod repeats;
mod reset_password;
mod secret;
mod serve;
mod serve_error;
mod stop;
pub mod telemetry;
pub mod token;
pub mod turns;
pub mod views;

pub use app::start;
pub use listening::Terms;
pub use migrate::migrate;
pub use parts::Parts;
pub use reset_password::{ResetError, reset_password};
pub use serve::serve;
pub use serve_error::ServeError;

//! Entities, ports and services of jan-conversations: every rule, and no IO.
//!
//! Services are the use cases. For outside things they call a port (a trait here), which an adapter
//! in `infra` implements.

pub mod admission;
pub mod auth;
pub mod chat;
pub mod clock;
pub mod conversations;
#[cfg(test)]
mod effort;
pub mod error;
pub mod folding;

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
pub mod figures;
pub mod folding;
pub mod health;
pub mod id;
pub mod items;
pub mod jobs;
pub mod json;
pub mod limits;
pub mod mutex;
pub mod page;
pub mod projects;
pub mod purge;
pub mod removal;
pub mod repeats;
pub mod replies;
pub mod responses;
pub mod search;
pub mod secret;
pub mod seen;
pub mod settings;
pub mod shares;
pub mod state;
pub mod storage;
pub mod tasks;
pub mod text;
pub mod thoughts;
pub mod title;
pub mod titles;
pub mod turns;
pub mod upkeep;
pub mod usage;
pub mod visible;

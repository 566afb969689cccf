//! Purging deleted data. A deletion removes the conversation, or the message, at once and leaves
//! its rows to a job.

mod ports;
mod service;

pub use ports::PurgeStore;
pub use service::PurgeService;

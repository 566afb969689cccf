//! Reclaiming what was deleted. A deletion takes the conversation, or the message, away at once and
//! leaves its rows to a job.

mod ports;
mod service;

pub use ports::PurgeStore;
pub use service::PurgeService;

//! Reclaiming what was deleted. A deletion takes the conversation away at once and leaves its rows
//! to a queue in the database, which any number of instances work off together, and which a crash
//! cannot lose.

mod ports;
mod service;

pub use ports::{PurgeQueue, QueueState, Reclaimed};
pub use service::PurgeService;

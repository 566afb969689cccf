//! Turns: the replies of one conversation are written one after the other, in the order of the
//! requests, across all instances. While a turn waits or is answered, it has a row in the queue and
//! holds no connection.

mod local;
mod model;
mod persistence;
mod ports;
mod service;
mod turn;

pub use model::{Called, Entered, Leaving, Over, QueuedTurn, TurnEnding};
pub use persistence::Persistence;
pub use ports::{AskedToEnd, TurnQueue};
pub use service::TurnService;
pub use turn::Turn;

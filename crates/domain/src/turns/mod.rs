//! Turns: the models' replies of one conversation are written one after the other, in the order in
//! which they were asked for, whichever instance was asked. While a turn waits or is answered, a row
//! stands for it, and no connection is held.

mod held;
mod model;
mod ports;
mod service;
mod turn;

pub use model::{Called, Ending, Entered, Leaving, Over, QueuedTurn};
pub use ports::TurnQueue;
pub use service::TurnService;
pub use turn::Turn;

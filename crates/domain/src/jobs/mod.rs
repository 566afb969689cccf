//! Work that is done beside the requests. Each job is a row of the database, so that any number of
//! instances work them off together and a crash loses none.
//!
//! Owners take turns, so one who has thousands of jobs delays no other. A job is done in steps whose
//! size follows from how long they take; one that fails waits longer each time, and holds up none
//! behind it.

mod model;
mod portion;
mod ports;
mod runner;
mod upkeep;

pub use model::{Backlog, Job, Kind};
pub use portion::Portion;
pub use ports::{JobQueue, Step, Work};
pub use runner::{Did, Runner};
pub use upkeep::Upkeep;

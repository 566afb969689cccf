//! Background jobs. Each job is a row of the database, so any number of instances share the work
//! and a crash loses no job.
//!
//! Owners alternate, so an owner with thousands of jobs does not delay the others. A job is done in
//! steps, whose size follows from how long they take. A job that fails waits longer each time,
//! while the jobs behind it continue.

mod model;
mod portion;
mod ports;
mod runner;

pub use model::{Backlog, Job, JobKind};
pub use portion::Portion;
pub use ports::{JobQueue, Step, Work};
pub use runner::{Did, Runner};

//! A database whose tables Citus keeps in parts, on several nodes.
//!
//! docs/SCALING.md says what that gives and what it costs. A statement that Citus cannot run, or that would
//! need nodes which have nothing of its owner, has another form for such a database: see
//! [`Database::is_divided`].

mod place;
mod places;
mod script;
mod steps;

use super::database::Database;
pub use place::CitusError;
pub(super) use place::{look, place};
pub use places::{PLACES, Place};
use std::sync::atomic::Ordering;
pub(super) use steps::apply;

impl Database {
    /// Says that Citus keeps the tables in parts.
    pub fn divide(&self) {
        self.divided.store(true, Ordering::Release);
    }

    /// Whether Citus keeps the tables in parts. Then some statements have another form: one that Citus can
    /// run, or that needs only the node with what the owner has.
    pub(in crate::postgres) fn is_divided(&self) -> bool {
        self.divided.load(Ordering::Acquire)
    }
}

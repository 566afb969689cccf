//! Acknowledged writes are committed: an answer of success comes after the database is ready for the next
//! statement, and not after rows or "command complete".

mod check;
mod contention;
mod crashes;
pub(crate) mod cutter;
pub(crate) mod endpoints;
mod ledger;
mod lost;
mod pooler;
mod settings;
mod writer;

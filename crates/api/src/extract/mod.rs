//! What handlers ask of a request: who calls, the body, the query.

mod actor;
mod body;
mod object;
mod prose;
mod query;

pub(crate) use actor::Authenticated;
pub(crate) use body::{Body, MESSAGES, WireBody};
pub(crate) use object::{Object, present, whole, word};
pub(crate) use query::Query;

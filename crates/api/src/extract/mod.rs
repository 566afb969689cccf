//! The inputs of handlers: the caller, the body, the query.

mod actor;
mod body;
mod broken;
mod gateway;
mod incoming;
mod nearest;
mod object;
mod query;
mod serde_errors;

pub(crate) use actor::{Authenticated, profile, proven};
pub(crate) use body::{Body, CREDENTIALS, MESSAGES, WireBody};
pub(crate) use broken::fault;
pub(crate) use gateway::comes_from_a_proxy;
pub use incoming::BodyRate;
pub(crate) use nearest::nearest;
pub(crate) use object::{
    Object, given, given_hundred, given_word, hundred, hundred_if_any, present, whole, word,
    yes_or_no,
};
pub(crate) use query::{Labels, Query, Sorted};

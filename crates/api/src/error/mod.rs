//! Failures for clients: one envelope, one table of codes, one match from the domain's errors.

mod about;
mod api_error;
mod body;
pub(crate) mod code;
mod entry;
mod from_domain;
mod jan_body;
mod openai_body;
mod provider;
mod render;

pub(crate) use about::About;
pub(crate) use api_error::ApiError;
pub(crate) use body::{ErrorBody, example};
pub(crate) use jan_body::JanErrorBody;
pub(crate) use provider::passed;

pub use code::{CODES, Code};

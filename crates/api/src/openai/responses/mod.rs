//! Responses: OpenAI's wire types over `domain::responses`.

mod again;
pub(super) mod cancel;
mod continued;
pub(super) mod create;
pub(super) mod delete;
mod events;
pub(super) mod get;
mod input;
pub(super) mod input_items;
pub(super) mod list;
mod mistakes;
mod objects;
mod options;
mod request;
mod settings;
mod shown;
mod stream;
mod tools;

pub(super) use again::again;
pub(crate) use stream::replayed;

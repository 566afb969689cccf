//! The wire types of chat completions: OpenAI's, with a conversation.

mod answer;
mod content;
pub(crate) mod create;
mod elements;
mod events;
mod fields;
mod messages;
mod refused;
pub(crate) mod replayed;
pub(crate) mod request;
mod schema;
mod text;
mod tools;

pub(crate) use fields::Fields;
pub(crate) use schema::{ChatCompletion, ChatCompletionEvent, ChatCompletionRequest};
pub(crate) use text::has_nul;

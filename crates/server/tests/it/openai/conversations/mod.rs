//! The conversations of OpenAI's face.

mod create;
mod delete;
mod get;
mod list;
mod update;

use super::LIST;

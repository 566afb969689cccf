//! Titles by a model. The first message names a conversation at once, and leaves a job: a model
//! writes a better title a little later.

mod answer;
mod ports;
mod service;
mod wording;

pub use ports::{TitleClaim, TitleMessage, TitleQueue};
pub use service::TitleService;

//! Titles by a model. A conversation is named at once by its first message, and leaves a job: a model
//! writes a better title a little later.

mod answer;
mod ports;
mod service;
mod wording;

pub use ports::{Claim, Line, TitleQueue};
pub use service::TitleService;

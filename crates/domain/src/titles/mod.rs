//! Titles by a model. A conversation is named at once by its first message, and queued in the
//! database for a better title, which a model writes a little later.

mod ports;
mod service;
mod wording;

pub use ports::{Claim, Line, TitleQueue};
pub use service::{Step, TitleService};

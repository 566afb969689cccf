//! What a browser shows of a share link: pages without any script, whose every byte comes from this
//! server. Text in, HTML out: this crate neither reads nor waits, and `Budget` bounds what a page costs.

pub mod assets;
mod budget;
mod conversation;
mod escape;
mod failure;
mod highlight;
mod layout;
mod markdown;
mod message;

pub use conversation::conversation;
pub use failure::{Failure, failure};

/// The page that is shown and those before and after it, as addresses relative to it.
#[derive(Debug, Default)]
pub struct Neighbours {
    pub previous: Option<String>,
    pub next: Option<String>,
    /// What the address of the page itself says of its place, each part after an `&`.
    pub here: String,
}

#[cfg(test)]
mod tests;

//! What a browser shows of a share link: pages without any script, whose every byte comes from this
//! server. Nothing here reads or waits; what a page costs is bounded by `Budget`.

pub mod assets;
mod budget;
mod conversation;
mod failure;
mod highlight;
mod layout;
mod markdown;
mod message;

pub(crate) use conversation::conversation;
pub(crate) use failure::{Failure, failure};

/// The page that is shown and those before and after it, as addresses relative to it.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    /// What the address of the page itself says of its place, each part after an `&`.
    pub(crate) here: String,
}

#[cfg(test)]
mod tests;

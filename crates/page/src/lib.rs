//! The pages of a share link. Every byte of them comes from this server, and they are whole without their
//! one script. Text in, HTML out: this crate neither reads files nor waits, and `PageCost` bounds the cost
//! of a page.

pub mod assets;
mod budget;
mod contents;
mod conversation;
mod escape;
mod failure;
mod highlight;
mod landing;
mod layout;
mod markdown;
mod message;
mod pages;
mod preview;

pub use conversation::conversation;
pub use failure::{Failure, failure};
pub use landing::landing;

use chrono::{DateTime, Utc};

/// The parts of a page other than its messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageContext {
    pub neighbours: Neighbours,
    /// Absent where the page is the only one.
    pub standing: Option<PageStanding>,
    pub link: PageLink,
}

/// The page that is shown and those before and after it, as addresses relative to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub last: Option<String>,
    /// The part of the query that gives the place of this page, each parameter after an `&`.
    pub here: String,
}

/// Where a page stands among all messages of its link, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageStanding {
    pub first: u64,
    pub last: u64,
    pub total: u64,
    /// Which page it is, and of how many, where all pages are of the same size.
    pub page: Option<(u64, u64)>,
}

/// The facts about the link itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageLink {
    /// Whether it is a link to one message.
    pub of_message: bool,
    pub made_at: Option<DateTime<Utc>>,
    /// The address of this server, without a slash at its end. `path` is the path of the link there:
    /// previews need whole addresses.
    pub base: String,
    pub path: String,
    /// Where the conversation can continue.
    pub continue_url: Option<String>,
}

#[cfg(test)]
mod tests;

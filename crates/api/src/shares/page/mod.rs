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
pub(crate) use failure::failure;

use chrono::{DateTime, Utc};

/// What is shown behind a link, or a page of it.
#[derive(Debug)]
pub(crate) struct PageView {
    pub(crate) title: Option<String>,
    pub(crate) items: Vec<PageItem>,
    pub(crate) read_only: bool,
    /// Whether new messages appear here, too.
    pub(crate) live: bool,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// The page before this one, as an address relative to it.
    pub(crate) previous: Option<String>,
    /// The page after it.
    pub(crate) next: Option<String>,
}

/// A message that is shown.
#[derive(Debug)]
pub(crate) struct PageItem {
    pub(crate) id: String,
    pub(crate) speaker: Speaker,
    pub(crate) content: String,
    pub(crate) created_at: DateTime<Utc>,
}

/// Who said it: no other role is ever shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    User,
    Assistant,
}

impl PageView {
    /// How much text there is to lay out, in bytes.
    pub(crate) fn weight(&self) -> usize {
        self.items.iter().map(|item| item.content.len()).sum()
    }
}

#[cfg(test)]
mod tests;

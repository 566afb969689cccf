//! The objects that a service has acknowledged to be stored or gone: each writer notes its own objects. After
//! a failure, or without an answer, an object may be either.

use std::collections::BTreeMap;

/// Whether something is still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gone {
    #[default]
    No,
    Maybe,
    Yes,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// The texts that it may have: the last one if there was no failure.
    pub(super) contents: Vec<String>,
    pub(super) gone: Gone,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    /// The titles that it may have.
    pub(super) titles: Vec<String>,
    pub(super) items: BTreeMap<String, Item>,
    pub(super) gone: Gone,
}

/// Everything that one guest was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) token: String,
    /// The only refresh token that is good; absent when that is not known.
    pub(super) refresh: Option<String>,
    pub(super) conversations: BTreeMap<String, Conversation>,
    /// Known projects, by title.
    pub(super) projects: BTreeMap<String, Gone>,
    /// By id, secret and whether it was revoked.
    pub(super) keys: BTreeMap<String, (String, Gone)>,
    /// By name, the conversation, and whether it was revoked.
    pub(super) links: BTreeMap<String, (String, Gone)>,
    /// Keys and refresh tokens of removed owners.
    pub(super) removed: Vec<(String, String)>,
    pub(super) acknowledged: usize,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default)]
pub(super) struct Differences {
    pub(super) lost: Vec<String>,
    pub(super) back: Vec<String>,
}

impl Differences {
    /// Notes whether an object is there, and compares that with what is known of it.
    pub(super) fn note(&mut self, what: &str, gone: Gone, is_there: bool) {
        match (gone, is_there) {
            (Gone::No, false) => self.lost.push(what.to_owned()),
            (Gone::Yes, true) => self.back.push(what.to_owned()),
            _ => {}
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.back.extend(other.back);
    }
}

//! The places of a full queue. Otherwise a few callers who fill it would keep out all others.

use super::Caller;
use super::account::{Holder, Ticket};
use std::collections::BTreeSet;

/// Which callers have several places, and which requests have lost theirs.
#[derive(Default)]
pub(super) struct Places {
    /// The callers with several waiting requests, and their number.
    crowds: BTreeSet<(usize, Caller)>,
    /// Requests that lost their place, until their tasks notice.
    displaced: BTreeSet<Ticket>,
}

impl Places {
    /// Notes how many requests of a caller wait.
    pub(super) fn count(&mut self, caller: Caller, account: &mut Holder) {
        let waiting = account.waiting.len();
        let before = std::mem::replace(&mut account.places, waiting);
        if before == waiting {
            return;
        }
        self.crowds.remove(&(before, caller));
        if waiting > 1 {
            self.crowds.insert((waiting, caller));
        }
    }

    /// The caller with most requests, and their number; `None`: nobody has several.
    pub(super) fn crowd(&self) -> Option<(usize, Caller)> {
        self.crowds.last().copied()
    }

    /// A request has lost its place.
    pub(super) fn displaces(&mut self, ticket: Ticket) {
        self.displaced.insert(ticket);
    }

    /// Whether the request has lost its place; it is forgotten.
    pub(super) fn was_displaced(&mut self, ticket: Ticket) -> bool {
        self.displaced.remove(&ticket)
    }

    #[cfg(test)]
    pub(super) fn is_untouched(&self) -> bool {
        self.crowds.is_empty() && self.displaced.is_empty()
    }
}

//! The units of a caller, its waiting requests, and how both are counted.

use super::Refused;
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// The number of a request in a queue. Numbers rise, so the first entry of a map has waited
/// longest.
pub(super) type Ticket = u64;

/// How a budget is used now, and how many requests it has refused so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetUsage {
    /// Units in all.
    pub total: u64,
    /// Units that callers hold.
    pub held: u64,
    /// Requests that wait.
    pub waiting: usize,
    /// Requests that were refused because of their caller's share.
    pub refused_for_share: u64,
    /// Requests that were refused because all units were used up.
    pub refused_for_all: u64,
}

/// The units of a caller, and its requests that wait.
#[derive(Default)]
pub(super) struct Holder {
    pub(super) held: u64,
    pub(super) waiting: BTreeMap<Ticket, Request>,
    /// The number of waiting requests, as the queue last counted them.
    pub(super) places: usize,
    /// Where the caller stands in the order of callers, if its first request fits into its share.
    pub(super) rank: Option<Ticket>,
    pub(super) motion: Motion,
}

impl Holder {
    /// Whether nothing is left to remember.
    pub(super) fn is_over(&self) -> bool {
        self.held == 0 && self.waiting.is_empty() && self.motion.at_work == 0
    }
}

/// Tells whether units will come back, or only stay with their holders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Motion {
    /// Permits whose holders are at work.
    pub(super) at_work: usize,
    /// How often units came back, or holders made progress.
    pub(super) moves: u64,
}

impl Motion {
    /// Notes that a holder begins its work, or ends it.
    pub(super) fn works(&mut self, begins: bool) {
        self.moves += 1;
        self.at_work = match begins {
            true => self.at_work + 1,
            false => self.at_work.saturating_sub(1),
        };
    }
}

pub(super) struct Request {
    pub(super) units: u64,
    pub(super) given: oneshot::Sender<()>,
}

/// A request that was put into the queue.
pub(super) struct QueuedRequest {
    pub(super) ticket: Ticket,
    /// Completes when the units are the caller's, or fails when others need its place more.
    pub(super) given: oneshot::Receiver<()>,
}

/// How many requests were refused, by their reasons.
#[derive(Default)]
pub(super) struct Refusals {
    pub(super) for_share: u64,
    pub(super) for_all: u64,
}

impl Refusals {
    pub(super) fn count(&mut self, refused: Refused) {
        match refused {
            Refused::Caller => self.for_share += 1,
            Refused::Full => self.for_all += 1,
        }
    }
}

//! How a queue is used.

use super::Queue;
use crate::admission::account::BudgetUsage;
use crate::admission::{Caller, Refused};

impl Queue {
    pub(in crate::admission) fn usage(&self) -> BudgetUsage {
        BudgetUsage {
            total: self.limits.total,
            held: self.held(),
            waiting: self.waiting,
            refused_for_share: self.refusals.for_share,
            refused_for_all: self.refusals.for_all,
        }
    }

    /// Counts a refusal.
    pub(in crate::admission) fn refuses(&mut self, refused: Refused) -> Refused {
        self.refusals.count(refused);
        refused
    }

    pub(in crate::admission) fn held(&self) -> u64 {
        self.limits.total - self.free
    }

    pub(in crate::admission) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(in crate::admission) fn held_by(&self, caller: Caller) -> u64 {
        self.callers.get(&caller).map_or(0, |account| account.held)
    }

    #[cfg(test)]
    pub(in crate::admission) fn is_untouched(&self) -> bool {
        self.free == self.limits.total
            && self.callers.is_empty()
            && self.ranks.is_empty()
            && self.waiting == 0
            && self.places.is_untouched()
            && self.motion.at_work == 0
    }
}

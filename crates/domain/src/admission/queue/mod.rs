mod figures;

use super::account::{Holder, Motion, QueuedRequest, Refusals, Request, Ticket};
use super::places::Places;
use super::{BudgetLimits, Caller, Refused};
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// The units each caller holds, and the requests that wait. Each step costs O(log n) in the number
/// of callers and of waiting requests. A caller without units and without waiting requests is
/// removed.
pub(super) struct Queue {
    limits: BudgetLimits,
    free: u64,
    callers: BTreeMap<Caller, Holder>,
    /// The callers whose first waiting request fits into their share, by rank: the first is the
    /// next.
    ranks: BTreeMap<Ticket, Caller>,
    waiting: usize,
    places: Places,
    last: Ticket,
    motion: Motion,
    refusals: Refusals,
}

impl Queue {
    pub(super) fn new(limits: BudgetLimits) -> Self {
        Self {
            limits,
            free: limits.total,
            callers: BTreeMap::new(),
            ranks: BTreeMap::new(),
            waiting: 0,
            places: Places::default(),
            last: 0,
            motion: Motion::default(),
            refusals: Refusals::default(),
        }
    }

    /// Takes units at once, unless other callers wait for them: a small request never overtakes a
    /// large one.
    pub(super) fn take(&mut self, caller: Caller, units: u64) -> Result<(), Refused> {
        if units == 0 {
            // A request for zero units takes no units from waiting requests.
            return Ok(());
        }
        let own = self.callers.get(&caller);
        if own.is_some_and(|account| !account.waiting.is_empty()) {
            return Err(self.reason(caller, units));
        }
        if !self.ranks.is_empty() && self.fits(caller, units) {
            return Err(Refused::Full);
        }
        self.grow(caller, units)
    }

    /// Gives more units to a caller that holds some. It does not wait in the queue, since it would
    /// hold its units meanwhile.
    pub(super) fn grow(&mut self, caller: Caller, units: u64) -> Result<(), Refused> {
        if !self.fits(caller, units) || units > self.free {
            return Err(self.reason(caller, units));
        }
        self.give(caller, units);
        self.settle(caller);
        Ok(())
    }

    /// Puts a request into the queue. Where the queue is full, it gets a place of the caller who has
    /// most of them, if that is fair. The caller must drop the request that had the place, which
    /// wakes its task.
    pub(super) fn wait(
        &mut self,
        caller: Caller,
        units: u64,
    ) -> Result<(QueuedRequest, Option<Request>), Refused> {
        if units > self.limits.share {
            return Err(Refused::Caller);
        }
        let own = self.callers.get(&caller);
        if own.map_or(0, |account| account.waiting.len()) >= self.limits.waiting_each {
            return Err(self.reason(caller, units));
        }
        let displaced = match self.waiting >= self.limits.waiting {
            true => Some(self.displace(caller).ok_or(Refused::Full)?),
            false => None,
        };
        let ticket = self.ticket();
        let (given, queued) = oneshot::channel();
        let account = self.callers.entry(caller).or_default();
        account.waiting.insert(ticket, Request { units, given });
        self.waiting += 1;
        self.settle(caller);
        let queued = QueuedRequest {
            ticket,
            given: queued,
        };
        Ok((queued, displaced))
    }

    /// Makes a place for a request of `caller`: takes out the newest request of the caller who has
    /// most in the queue, if that one has more than `caller` even then.
    fn displace(&mut self, caller: Caller) -> Option<Request> {
        let own = self.callers.get(&caller);
        let own = own.map_or(0, |account| account.waiting.len());
        let (most, crowd) = self.places.crowd()?;
        if most < own + 2 {
            return None;
        }
        let (ticket, request) = self.callers.get_mut(&crowd)?.waiting.pop_last()?;
        self.waiting -= 1;
        self.places.displaces(ticket);
        self.settle(crowd);
        Some(request)
    }

    /// Takes a request out of the queue. `false`: the request has got its units already.
    pub(super) fn leave(&mut self, caller: Caller, ticket: Ticket) -> bool {
        if self.places.was_displaced(ticket) {
            return true;
        }
        let account = self.callers.get_mut(&caller);
        let request = account.and_then(|account| account.waiting.remove(&ticket));
        if request.is_some() {
            self.waiting -= 1;
            self.settle(caller);
        }
        request.is_some()
    }

    pub(super) fn give_back(&mut self, caller: Caller, units: u64) {
        self.free += units;
        if let Some(account) = self.callers.get_mut(&caller) {
            account.held -= units;
        }
        if units > 0 {
            self.moves(caller);
        }
        self.settle(caller);
    }

    /// Notes that a holder of units makes progress.
    pub(super) fn moves(&mut self, caller: Caller) {
        self.motion.moves += 1;
        if let Some(account) = self.callers.get_mut(&caller) {
            account.motion.moves += 1;
        }
    }

    /// Notes that a holder of units begins its work, or ends it.
    pub(super) fn works(&mut self, caller: Caller, begins: bool) {
        let account = self.callers.entry(caller).or_default();
        account.motion.works(begins);
        self.motion.works(begins);
        self.settle(caller);
    }

    /// The activity of the permits that block this request: those of its caller if its share is used
    /// up, otherwise all.
    pub(super) fn motion(&self, caller: Caller, units: u64) -> Motion {
        let own = self.callers.get(&caller).map(|account| account.motion);
        match self.reason(caller, units) {
            Refused::Caller => own.unwrap_or_default(),
            Refused::Full => self.motion,
        }
    }

    /// Gives units to the next request in turn, if enough are free. The caller must notify the
    /// returned sender.
    pub(super) fn next(&mut self) -> Option<oneshot::Sender<()>> {
        let (_, &caller) = self.ranks.first_key_value()?;
        let account = self.callers.get_mut(&caller)?;
        let first = account.waiting.first_entry()?;
        if first.get().units > self.free {
            return None;
        }
        let Request { units, given } = first.remove();
        self.waiting -= 1;
        self.give(caller, units);
        // The caller's next request comes after one request of each other caller.
        self.drop_rank(caller);
        self.settle(caller);
        Some(given)
    }

    /// Why a request for `units` is not granted now.
    pub(super) fn reason(&self, caller: Caller, units: u64) -> Refused {
        let account = self.callers.get(&caller);
        let is_within_share = match account {
            // The new request comes after the caller's waiting ones. If the caller has a rank,
            // those wait for units of other callers.
            Some(account) if !account.waiting.is_empty() => account.rank.is_some(),
            Some(_) | None => self.fits(caller, units),
        };
        match is_within_share {
            true => Refused::Full,
            false => Refused::Caller,
        }
    }

    fn fits(&self, caller: Caller, units: u64) -> bool {
        let left = self.limits.share.saturating_sub(self.held_by(caller));
        units <= left
    }

    fn give(&mut self, caller: Caller, units: u64) {
        self.free -= units;
        self.callers.entry(caller).or_default().held += units;
    }

    fn drop_rank(&mut self, caller: Caller) {
        let account = self.callers.get_mut(&caller);
        if let Some(rank) = account.and_then(|account| account.rank.take()) {
            self.ranks.remove(&rank);
        }
    }

    /// Updates a caller after any change: the caller has a rank exactly when its first request fits
    /// into its share, and has an account as long as it holds units or waits.
    fn settle(&mut self, caller: Caller) {
        if let Some(account) = self.callers.get_mut(&caller) {
            self.places.count(caller, account);
        }
        let Some(account) = self.callers.get(&caller) else {
            return;
        };
        let first = account.waiting.first_key_value();
        let may_take = first.is_some_and(|(_, request)| self.fits(caller, request.units));
        match (may_take, account.rank) {
            (true, None) => {
                let rank = self.ticket();
                self.ranks.insert(rank, caller);
                self.callers.entry(caller).or_default().rank = Some(rank);
            }
            (false, Some(_)) => self.drop_rank(caller),
            (true, Some(_)) | (false, None) => {}
        }
        let account = self.callers.get(&caller);
        if account.is_some_and(Holder::is_over) {
            self.callers.remove(&caller);
        }
    }

    fn ticket(&mut self) -> Ticket {
        self.last += 1;
        self.last
    }
}

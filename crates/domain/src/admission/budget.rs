use super::account::{BudgetUsage, QueuedRequest};
use super::queue::Queue;
use super::{BudgetLimits, Caller, Refused};
use crate::mutex::locked;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

/// Units that callers share. Cheap to clone; all clones share the same units. Needs no runtime.
#[derive(Clone)]
pub struct Budget(Arc<Mutex<Queue>>);

/// Units that a caller holds until this is dropped. The permit stays with the work: when a client
/// disconnects before its work is done, the units stay taken.
#[must_use]
pub struct Permit {
    budget: Budget,
    caller: Caller,
    units: u64,
    is_at_work: bool,
}

impl Budget {
    #[must_use]
    pub fn new(limits: BudgetLimits) -> Self {
        Self(Arc::new(Mutex::new(Queue::new(limits))))
    }

    /// A permit without units, which can grow.
    pub fn nothing(&self, caller: Caller) -> Permit {
        self.permit(caller, 0)
    }

    /// Takes units that are free now.
    ///
    /// # Errors
    /// Says which share is used up. Free units that a waiting request may take count as used.
    pub fn try_take(&self, caller: Caller, units: u64) -> Result<Permit, Refused> {
        let mut queue = self.queue();
        let taken = queue.take(caller, units);
        taken.map_err(|refused| queue.refuses(refused))?;
        drop(queue);
        Ok(self.permit(caller, units))
    }

    /// Takes units. Waits for them in turn, until `patience` completes (a timer, or
    /// [`std::future::pending`]). A request whose future is dropped leaves the queue.
    ///
    /// # Errors
    /// Says which share is still used up when `patience` has ended. Fails at once where too many
    /// requests wait already, and later where the caller has most of them and others come.
    pub async fn take(
        &self,
        caller: Caller,
        units: u64,
        patience: impl Future<Output = ()>,
    ) -> Result<Permit, Refused> {
        let Some(mut waiting) = self.enter(caller, units)? else {
            return Ok(self.permit(caller, units));
        };
        let mut patience = pin!(patience);
        poll_fn(|context| {
            if let Poll::Ready(given) = Pin::new(&mut waiting.queued.given).poll(context) {
                return Poll::Ready(match given {
                    Ok(()) => {
                        waiting.is_over = true;
                        Ok(self.permit(caller, units))
                    }
                    Err(_) => Err(self.queue().refuses(Refused::Caller)),
                });
            }
            let ended = patience.as_mut().poll(context);
            ended.map(|()| {
                let mut queue = self.queue();
                let reason = queue.reason(caller, units);
                Err(queue.refuses(reason))
            })
        })
        .await
    }

    /// How it is used.
    #[must_use]
    pub fn usage(&self) -> BudgetUsage {
        self.queue().usage()
    }

    /// Units that are held, by all callers.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.queue().held()
    }

    /// How many requests wait, of all callers.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue().waiting()
    }

    /// Units that this caller holds.
    #[must_use]
    pub fn held_by(&self, caller: Caller) -> u64 {
        self.queue().held_by(caller)
    }

    /// Whether waiting makes sense: since `since`, units were given back, or their holders made
    /// progress or are at work. `since` becomes the present.
    #[must_use]
    pub fn has_moved(&self, caller: Caller, units: u64, since: &mut u64) -> bool {
        let motion = self.queue().motion(caller, units);
        std::mem::replace(since, motion.moves) != motion.moves || motion.at_work > 0
    }

    /// `None`: the units were free and are taken.
    fn enter(&self, caller: Caller, units: u64) -> Result<Option<Waiting>, Refused> {
        let mut queue = self.queue();
        if queue.take(caller, units).is_ok() {
            return Ok(None);
        }
        let queued = queue.wait(caller, units);
        let (queued, displaced) = queued.map_err(|refused| queue.refuses(refused))?;
        // Without the lock: this wakes the task of that request.
        drop(queue);
        drop(displaced);
        Ok(Some(Waiting {
            budget: self.clone(),
            caller,
            units,
            queued,
            is_over: false,
        }))
    }

    fn permit(&self, caller: Caller, units: u64) -> Permit {
        Permit {
            budget: self.clone(),
            caller,
            units,
            is_at_work: false,
        }
    }

    fn give_back(&self, caller: Caller, units: u64) {
        self.queue().give_back(caller, units);
        self.hand_on();
    }

    /// Gives free units to waiting requests. Wakes them without holding the lock: a waker may run
    /// any code.
    fn hand_on(&self) {
        loop {
            let next = self.queue().next();
            let Some(given) = next else { return };
            // A request that gives up at this moment sees that it got the units, and returns them.
            let _ = given.send(());
        }
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        // No code panics while it changes the queue.
        locked(&self.0)
    }
}

impl Permit {
    /// Takes more units for the same work, if they are free. The units held so far stay held.
    ///
    /// # Errors
    /// Says which share is used up.
    pub fn grow(&mut self, more: u64) -> Result<(), Refused> {
        self.budget.queue().grow(self.caller, more)?;
        self.units += more;
        // The caller's waiting request may have been the next, and no longer fits into the caller's
        // share.
        self.budget.hand_on();
        Ok(())
    }

    /// Whether the holders of the units that `grow` would need are at work. Work ends without a
    /// client.
    #[must_use]
    pub fn may_grow_soon(&self, more: u64) -> bool {
        self.budget.queue().motion(self.caller, more).at_work > 0
    }

    /// Gives back the units above `units`.
    pub fn shrink_to(&mut self, units: u64) {
        let less = self.units.saturating_sub(units);
        if less > 0 {
            self.units -= less;
            self.budget.give_back(self.caller, less);
        }
    }

    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    /// Records progress of the holder, though it has given nothing back yet.
    pub fn moves(&self) {
        self.budget.queue().moves(self.caller);
    }

    /// Marks the holder as working, or not: work ends without a client. A new permit is not working:
    /// its holder may wait for others, for any time.
    pub fn works(&mut self, is_at_work: bool) {
        if self.is_at_work != is_at_work {
            self.is_at_work = is_at_work;
            self.budget.queue().works(self.caller, is_at_work);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.works(false);
        self.budget.give_back(self.caller, self.units);
    }
}

impl std::fmt::Debug for Permit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} units of {:?}", self.units, self.caller)
    }
}

/// A request in the queue.
struct Waiting {
    budget: Budget,
    caller: Caller,
    units: u64,
    queued: QueuedRequest,
    is_over: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // A later request in the queue may fit where this one did not.
        let was_waiting = self.budget.queue().leave(self.caller, self.queued.ticket);
        match was_waiting {
            true => self.budget.hand_on(),
            false => self.budget.give_back(self.caller, self.units),
        }
    }
}

use super::queue::{Place, Queue};
use super::{Caller, Limits, Refused};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// Units that callers share. Cheap to clone; the clones share the same units. It needs no runtime.
#[derive(Clone)]
pub struct Budget(Arc<Mutex<Queue>>);

/// Units that a caller holds until this is dropped. It goes with the work, not with the client that
/// waits for it: a client that goes away does not let another in before the work is done.
#[must_use]
pub struct Permit {
    budget: Budget,
    caller: Caller,
    units: u64,
}

impl Budget {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Queue::new(limits))))
    }

    /// Takes units that are free now.
    ///
    /// # Errors
    /// Which share is used up. Where others wait for what is free, it is theirs.
    pub fn try_take(&self, caller: Caller, units: u64) -> Result<Permit, Refused> {
        self.queue().take(caller, units)?;
        Ok(self.permit(caller, units))
    }

    /// Takes units, and waits for them in turn until `patience` completes (a timer, or
    /// [`std::future::pending`]). A future that is dropped leaves the queue.
    ///
    /// # Errors
    /// Which share is still used up when `patience` has ended, or at once where too many requests
    /// wait already.
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
            if Pin::new(&mut waiting.place.given).poll(context).is_ready() {
                waiting.is_over = true;
                return Poll::Ready(Ok(self.permit(caller, units)));
            }
            let ended = patience.as_mut().poll(context);
            ended.map(|()| Err(self.queue().reason(caller, units)))
        })
        .await
    }

    /// Units that are held, by all callers.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.queue().held()
    }

    /// Units that this caller holds.
    #[must_use]
    pub fn held_by(&self, caller: Caller) -> u64 {
        self.queue().held_by(caller)
    }

    /// `None`: the units were free.
    fn enter(&self, caller: Caller, units: u64) -> Result<Option<Waiting>, Refused> {
        let mut queue = self.queue();
        if queue.take(caller, units).is_ok() {
            return Ok(None);
        }
        let place = queue.wait(caller, units)?;
        Ok(Some(Waiting {
            budget: self.clone(),
            caller,
            units,
            place,
            is_over: false,
        }))
    }

    fn permit(&self, caller: Caller, units: u64) -> Permit {
        Permit {
            budget: self.clone(),
            caller,
            units,
        }
    }

    fn give_back(&self, caller: Caller, units: u64) {
        self.queue().give_back(caller, units);
        self.hand_on();
    }

    /// Gives what is free to those who wait. They are told without the lock: a waker may do anything.
    fn hand_on(&self) {
        loop {
            let next = self.queue().next();
            let Some(given) = next else { return };
            // One that has just given up gives the units back when it sees that it got them.
            let _ = given.send(());
        }
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing in the queue panics halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Takes more for the same work, if it is free. What is held already stays held in any case.
    ///
    /// # Errors
    /// Which share is used up.
    pub fn grow(&mut self, more: u64) -> Result<(), Refused> {
        self.budget.queue().grow(self.caller, more)?;
        self.units += more;
        // What the caller waited for may have been next, and fits into its share no more.
        self.budget.hand_on();
        Ok(())
    }

    /// Gives back what is held above `units`.
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
}

impl Drop for Permit {
    fn drop(&mut self) {
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
    place: Place,
    is_over: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // What follows in the queue may fit where this one did not.
        let was_waiting = self.budget.queue().leave(self.caller, self.place.ticket);
        match was_waiting {
            true => self.budget.hand_on(),
            false => self.budget.give_back(self.caller, self.units),
        }
    }
}

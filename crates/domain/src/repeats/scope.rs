//! The current claim. It is task-local and not a parameter: the request sets it and the stores read
//! it; the code between them does not see it.

use super::Claim;
use crate::error::{Error, Result};
use crate::mutex::locked;
use crate::tasks::Task;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

thread_local! {
    static CURRENT: RefCell<Option<ClaimSlot>> = const { RefCell::new(None) };
}

/// Holds the claim, which is made later in the work.
#[derive(Clone, Default)]
pub struct ClaimSlot(Arc<Mutex<ClaimState>>);

#[derive(Clone, Default)]
enum ClaimState {
    /// The request may be repeated, and was not looked up yet.
    #[default]
    Unseen,
    /// The request is not recorded.
    Free,
    Claimed(Arc<Claim>),
}

impl ClaimSlot {
    pub fn put(&self, claim: Arc<Claim>) {
        *self.lock() = ClaimState::Claimed(claim);
    }

    /// Lets the request run without a claim.
    pub fn leave_free(&self) {
        *self.lock() = ClaimState::Free;
    }

    pub fn take(&self) -> Option<Arc<Claim>> {
        match std::mem::take(&mut *self.lock()) {
            ClaimState::Claimed(claim) => Some(claim),
            ClaimState::Unseen | ClaimState::Free => None,
        }
    }

    fn state(&self) -> ClaimState {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, ClaimState> {
        locked(&self.0)
    }
}

fn state() -> ClaimState {
    CURRENT.with_borrow(|slot| slot.as_ref().map_or(ClaimState::Free, ClaimSlot::state))
}

/// The claim of the running work. Fails if the request may be a repeat and was not looked up yet.
pub fn current() -> Result<Option<Arc<Claim>>> {
    match state() {
        ClaimState::Free => Ok(None),
        ClaimState::Claimed(claim) => Ok(Some(claim)),
        ClaimState::Unseen => Err(Error::Internal(
            "it was not looked whether the request was done before".into(),
        )),
    }
}

/// Runs work with the claim in `slot`, once there is one.
pub fn scope<F: Future>(slot: ClaimSlot, work: F) -> Scoped<F> {
    Scoped {
        slot,
        work: Box::pin(work),
    }
}

/// Gives a background task the claim of the current work.
pub fn carried(task: Task) -> Task {
    let slot = ClaimSlot::default();
    match state() {
        ClaimState::Free => return task,
        ClaimState::Unseen => {}
        ClaimState::Claimed(claim) => slot.put(claim),
    }
    Box::pin(scope(slot, task))
}

/// Work under a claim.
pub struct Scoped<F> {
    slot: ClaimSlot,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let _inside = Inside::of(this.slot.clone());
        this.work.as_mut().poll(context)
    }
}

/// Restores the previous slot, also where the work panics.
struct Inside(Option<ClaimSlot>);

impl Inside {
    fn of(slot: ClaimSlot) -> Self {
        Self(CURRENT.replace(Some(slot)))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::Waker;

    fn seen(slot: &ClaimSlot) -> Result<Option<Arc<Claim>>> {
        let mut work = pin!(scope(slot.clone(), async { current() }));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(seen) => seen,
            Poll::Pending => panic!("it waits for nothing"),
        }
    }

    #[test]
    fn nothing_is_done_before_it_is_known_whether_it_was_done() {
        assert!(matches!(current(), Ok(None)));
        let slot = ClaimSlot::default();
        assert!(seen(&slot).is_err());
        slot.leave_free();
        assert!(matches!(seen(&slot), Ok(None)));
    }
}

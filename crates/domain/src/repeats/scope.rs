//! Under which claim work is done. It goes with the work rather than through every signature: the stores
//! at the one end and the request at the other know of it, and what lies between has no part in it.

use super::Claim;
use crate::error::{Error, Result};
use crate::replies::Work;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

thread_local! {
    static CURRENT: RefCell<Option<Slot>> = const { RefCell::new(None) };
}

/// A place for a claim that is made in the course of the work.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Place>>);

#[derive(Clone, Default)]
enum Place {
    /// The request may come again, and it was not looked yet whether it was done before.
    #[default]
    Unseen,
    /// Nothing of the request is kept.
    Free,
    Claimed(Arc<Claim>),
}

impl Slot {
    pub fn put(&self, claim: Arc<Claim>) {
        *self.lock() = Place::Claimed(claim);
    }

    /// The request is done without a claim.
    pub fn leave_free(&self) {
        *self.lock() = Place::Free;
    }

    pub fn take(&self) -> Option<Arc<Claim>> {
        match std::mem::take(&mut *self.lock()) {
            Place::Claimed(claim) => Some(claim),
            Place::Unseen | Place::Free => None,
        }
    }

    fn place(&self) -> Place {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place() -> Place {
    CURRENT.with_borrow(|slot| slot.as_ref().map_or(Place::Free, Slot::place))
}

/// The claim under which the caller's work is done. An error where the request may come again and has no
/// claim yet: then nothing may be done for it.
pub fn current() -> Result<Option<Arc<Claim>>> {
    match place() {
        Place::Free => Ok(None),
        Place::Claimed(claim) => Ok(Some(claim)),
        Place::Unseen => Err(Error::Internal(
            "it was not looked whether the request was done before".into(),
        )),
    }
}

/// Work whose claim, once there is one, is found in `slot`.
pub fn scope<F: Future>(slot: Slot, work: F) -> Scoped<F> {
    Scoped {
        slot,
        work: Box::pin(work),
    }
}

/// Work that outlives what it is begun from, under the same claim.
pub fn carried(work: Work) -> Work {
    let slot = Slot::default();
    match place() {
        Place::Free => return work,
        Place::Unseen => {}
        Place::Claimed(claim) => slot.put(claim),
    }
    Box::pin(scope(slot, work))
}

/// Work under a claim.
pub struct Scoped<F> {
    slot: Slot,
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

/// Puts back what there was before, also where the work panics.
struct Inside(Option<Slot>);

impl Inside {
    fn of(slot: Slot) -> Self {
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

    fn seen(slot: &Slot) -> Result<Option<Arc<Claim>>> {
        let mut work = pin!(scope(slot.clone(), async { current() }));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(seen) => seen,
            Poll::Pending => panic!("it waits for nothing"),
        }
    }

    #[test]
    fn nothing_is_done_before_it_is_known_whether_it_was_done() {
        assert!(matches!(current(), Ok(None)));
        let slot = Slot::default();
        assert!(seen(&slot).is_err());
        slot.leave_free();
        assert!(matches!(seen(&slot), Ok(None)));
    }
}

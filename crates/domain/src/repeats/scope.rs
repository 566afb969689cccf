//! Under which claim work is done. It goes with the work rather than through every signature: the stores
//! at the one end and the request at the other know of it, and what lies between has no part in it.

use super::Claim;
use crate::replies::Work;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

thread_local! {
    static CURRENT: RefCell<Option<Slot>> = const { RefCell::new(None) };
}

/// A place for a claim that is made in the course of the work.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Arc<Claim>>>>);

impl Slot {
    pub fn put(&self, claim: Arc<Claim>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(claim);
    }

    pub fn take(&self) -> Option<Arc<Claim>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn claim(&self) -> Option<Arc<Claim>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The claim under which the caller's work is done.
pub fn current() -> Option<Arc<Claim>> {
    CURRENT.with_borrow(|slot| slot.as_ref().and_then(Slot::claim))
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
    match current() {
        None => work,
        Some(claim) => {
            let slot = Slot::default();
            slot.put(claim);
            Box::pin(scope(slot, work))
        }
    }
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

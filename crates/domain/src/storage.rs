//! Free disk space. On a full disk, operations that need none still work: reading, and above all
//! deleting.

use crate::error::Result;
use crate::tasks::Task;
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The free space on the disk of the database.
#[async_trait::async_trait]
pub trait Room: Send + Sync {
    /// Whether the disk is full, or was full a moment ago.
    fn is_full(&self) -> bool;

    /// `StorageFull` where operations that need room must be refused.
    fn check(&self) -> Result<()>;

    /// Frees a little space, for deletions that need some before they free more.
    async fn make_way(&self);
}

thread_local! {
    static ON_RESERVE: Cell<bool> = const { Cell::new(false) };
}

/// Runs work that continues while the disk is full. The stores retry such work if there was no room
/// for it, or if the database restarted because of a full disk. It is task-local and not a
/// parameter: the request sets it and the stores read it.
pub fn on_reserve<F: Future>(work: F) -> OnReserve<F> {
    OnReserve(Box::pin(work))
}

/// Whether the running work continues while the disk is full.
#[must_use]
pub fn is_on_reserve() -> bool {
    ON_RESERVE.get()
}

/// Lets a background task continue while the disk is full, if the current work does.
pub fn carried(task: Task) -> Task {
    match is_on_reserve() {
        true => Box::pin(on_reserve(task)),
        false => task,
    }
}

/// Work that continues while the disk is full.
pub struct OnReserve<F>(Pin<Box<F>>);

impl<F: Future> Future for OnReserve<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = Inside(ON_RESERVE.replace(true));
        self.0.as_mut().poll(context)
    }
}

/// Restores the previous state, also where the work panics.
struct Inside(bool);

impl Drop for Inside {
    fn drop(&mut self) {
        ON_RESERVE.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::Waker;

    fn ended<T>(work: impl Future<Output = T>) -> T {
        match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => done,
            Poll::Pending => panic!("it waits for nothing"),
        }
    }

    #[test]
    fn only_the_work_itself_and_its_tasks_are_on_the_reserve() {
        let asks = || async { is_on_reserve() };
        assert!(!ended(asks()));
        let task = ended(on_reserve(async {
            assert!(is_on_reserve());
            Some(carried(Box::pin(async {
                assert!(is_on_reserve());
                Ok(())
            })))
        }));
        assert!(!is_on_reserve());
        ended(task.unwrap()).unwrap();
        assert!(!is_on_reserve());
    }
}

//! Turns in work that keeps a processor busy for long.

use crate::error::{Error, Result};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lets a few work at a time and some more wait, in the order in which they came; whoever comes
/// when all places are taken is told to come back.
#[derive(Debug)]
pub struct Turns {
    places: Arc<Semaphore>,
    working: Arc<Semaphore>,
    retry_after: u64,
}

/// A turn in the work, until it is dropped. It goes with the work, not with whoever waits for it: a
/// client that goes away does not let another one in before the work is done.
#[derive(Debug)]
pub struct Turn {
    _working: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Turns {
    /// For `at_once` at a time, with places for so many more to wait, and `retry_after` seconds
    /// before it is worth coming back.
    pub fn new(at_once: usize, waiting: usize, retry_after: u64) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once + waiting)),
            working: Arc::new(Semaphore::new(at_once)),
            retry_after,
        }
    }

    /// # Errors
    /// [`Error::Overloaded`]: all places are taken.
    pub async fn take(&self) -> Result<Turn> {
        let place =
            Arc::clone(&self.places)
                .try_acquire_owned()
                .map_err(|_| Error::Overloaded {
                    retry_after: self.retry_after,
                })?;
        let working = Arc::clone(&self.working).acquire_owned().await;
        Ok(Turn {
            _working: working.map_err(|error| Error::Internal(error.into()))?,
            _place: place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn one_works_one_waits_and_the_next_is_told_to_come_back() {
        let turns = Turns::new(1, 1, 7);
        let mut context = Context::from_waker(Waker::noop());
        let mut poll = |taking: std::pin::Pin<&mut dyn Future<Output = Result<Turn>>>| match taking
            .poll(&mut context)
        {
            Poll::Ready(taken) => Some(taken),
            Poll::Pending => None,
        };
        let first = poll(pin!(turns.take())).unwrap().unwrap();
        let mut second = pin!(turns.take());
        assert!(poll(second.as_mut()).is_none());
        let third = poll(pin!(turns.take())).unwrap();
        assert!(matches!(third, Err(Error::Overloaded { retry_after: 7 })));
        drop(first);
        assert!(poll(second.as_mut()).unwrap().is_ok());
        // The second one has ended; what it held is free.
        assert!(poll(pin!(turns.take())).unwrap().is_ok());
    }

    #[test]
    fn who_gives_up_waiting_makes_room() {
        let turns = Turns::new(1, 1, 7);
        let mut context = Context::from_waker(Waker::noop());
        let working = pin!(turns.take()).poll(&mut context);
        for _ in 0..3 {
            assert!(pin!(turns.take()).poll(&mut context).is_pending());
        }
        drop(working);
    }
}

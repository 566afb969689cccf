use crate::clock::Timer;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::time::Duration;

/// Decides whether a reply that could not be stored is stored again. The model wrote it once and
/// will not write it again, so it waits longer than other work: if many replies end at the same
/// moment, each of them waits for the database.
pub struct Persistence {
    timer: Arc<dyn Timer>,
    left: u32,
}

impl Persistence {
    /// Each attempt waits for some seconds itself. The time for all of them is about half a minute.
    const ATTEMPTS: u32 = 8;
    const PAUSE: Duration = Duration::from_millis(100);

    pub(super) fn new(timer: Arc<dyn Timer>) -> Self {
        Self {
            timer,
            left: Self::ATTEMPTS - 1,
        }
    }

    /// Stores a reply, with several attempts if needed.
    pub async fn persist<T, Storing>(mut self, mut store: impl FnMut() -> Storing) -> Result<T>
    where
        Storing: Future<Output = Result<T>>,
    {
        loop {
            let stored = store().await;
            if !self.goes_on(stored.as_ref().err()).await {
                return stored;
            }
        }
    }

    /// Pauses, and returns `true` if the reply should be stored again. That is so only after
    /// failures that surely have changed nothing.
    async fn goes_on(&mut self, failure: Option<&Error>) -> bool {
        if self.left == 0 || !failure.is_some_and(Error::came_too_early) {
            return false;
        }
        self.left -= 1;
        self.timer.wait(Self::PAUSE).await;
        true
    }
}

use crate::clock::Timer;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Decides whether a reply that could not be stored is stored again. The model wrote it once and
/// will not write it again, so it waits longer than other work: if many replies end at the same
/// moment, each of them waits for the database, and a database that starts again needs some time.
pub struct Persistence {
    timer: Arc<dyn Timer>,
    /// The time that is left for attempts and pauses.
    left: Duration,
    pause: Duration,
}

impl Persistence {
    const PATIENCE: Duration = Duration::from_secs(30);
    /// The first pause. Each is twice as long as the one before it.
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(2);

    pub(super) fn new(timer: Arc<dyn Timer>) -> Self {
        Self {
            timer,
            left: Self::PATIENCE,
            pause: Self::FIRST,
        }
    }

    /// Stores a reply, with several attempts if needed.
    pub async fn persist<T, Storing>(mut self, mut store: impl FnMut() -> Storing) -> Result<T>
    where
        Storing: Future<Output = Result<T>>,
    {
        loop {
            let begun = Instant::now();
            let stored = store().await;
            if !self.goes_on(stored.as_ref().err(), begun).await {
                return stored;
            }
        }
    }

    /// Pauses, and returns `true` if the reply should be stored again. That is so only after
    /// failures that surely have changed nothing.
    async fn goes_on(&mut self, failure: Option<&Error>, begun: Instant) -> bool {
        if self.left.is_zero() || !failure.is_some_and(Error::came_too_early) {
            return false;
        }
        let pause = self.pause;
        self.left = self.left.saturating_sub(begun.elapsed() + pause);
        self.pause = Self::LONGEST.min(pause * 2);
        self.timer.wait(pause).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::NotBegun;
    use std::pin::pin;
    use std::sync::Mutex;
    use std::task::{Context, Poll, Waker};

    /// Notes how long it was waited for.
    #[derive(Default)]
    struct Noted(Mutex<Vec<Duration>>);

    #[async_trait::async_trait]
    impl Timer for Noted {
        async fn wait(&self, time: Duration) {
            self.0.lock().unwrap().push(time);
        }
    }

    /// The pauses between attempts that fail in this way at once.
    fn pauses(failure: impl Fn() -> Error) -> Vec<Duration> {
        let timer = Arc::new(Noted::default());
        let persistence = Persistence::new(Arc::<Noted>::clone(&timer));
        let mut storing = pin!(persistence.persist(async || Err::<(), _>(failure())));
        let stored = storing
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(stored, Poll::Ready(Err(_))));
        let pauses = timer.0.lock().unwrap();
        pauses.clone()
    }

    #[test]
    fn a_database_that_is_away_for_half_a_minute_is_waited_for() {
        let away = || Error::Unavailable(Box::new(NotBegun("it starts".into())));
        let pauses = pauses(away);
        let sum: Duration = pauses.iter().sum();
        assert!(sum >= Persistence::PATIENCE, "{sum:?}");
        assert!(pauses.len() < 25, "{}", pauses.len());
    }

    #[test]
    fn a_reply_that_may_be_stored_is_not_stored_again() {
        let unknown = || Error::Unavailable("no answer".into());
        assert!(pauses(unknown).is_empty());
    }
}

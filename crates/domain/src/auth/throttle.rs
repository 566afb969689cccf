use super::Digest;
use crate::clock::Timer;
use crate::error::{Error, Result};
use crate::limits::{Limited, Origin, RateLimits, Subject};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Slows down whoever guesses passwords. Failures from one address end in a refusal; failures to one
/// account from ever new addresses only make the next attempt slower, for all, so that nobody can
/// lock a stranger out.
pub struct Throttle {
    limits: Arc<dyn RateLimits>,
    timer: Arc<dyn Timer>,
    waiting: AtomicUsize,
}

impl Throttle {
    /// The longest that an attempt is made to wait.
    pub const DELAY: Duration = Duration::from_secs(2);
    /// How many attempts wait at the same time. More would only help whoever sends them: they go on
    /// at once, and the hasher's queue is theirs to fill.
    const MOST: usize = 1_024;

    pub fn new(limits: Arc<dyn RateLimits>, timer: Arc<dyn Timer>) -> Self {
        Self {
            limits,
            timer,
            waiting: AtomicUsize::new(0),
        }
    }

    /// Lets an attempt pass, at once or a little later; `RateLimited` when there were too many. It
    /// counts as a failure until [`Throttle::succeeded`].
    pub(super) async fn admit(&self, account: Digest, origin: Origin) -> Result<()> {
        self.limits.take(Limited::SignIn, origin.into())?;
        let both = Subject::Both(account, origin);
        self.limits.take(Limited::SignInToAccount, both)?;
        let anywhere = Subject::Account(account);
        match self.limits.take(Limited::SignInFromAnywhere, anywhere) {
            Err(Error::RateLimited { retry_after }) => {
                self.delay(Duration::from_secs(retry_after)).await;
                Ok(())
            }
            other => other,
        }
    }

    /// The attempt was right: it does not count, nor do those before it from the same address.
    pub(super) fn succeeded(&self, account: Digest, origin: Origin) {
        self.limits.give_back(Limited::SignIn, origin.into());
        let both = Subject::Both(account, origin);
        self.limits.forget(Limited::SignInToAccount, both);
        let anywhere = Subject::Account(account);
        self.limits.give_back(Limited::SignInFromAnywhere, anywhere);
    }

    /// The attempt was neither right nor wrong.
    pub(super) fn undo(&self, account: Digest, origin: Origin) {
        self.limits.give_back(Limited::SignIn, origin.into());
        let both = Subject::Both(account, origin);
        self.limits.give_back(Limited::SignInToAccount, both);
        let anywhere = Subject::Account(account);
        self.limits.give_back(Limited::SignInFromAnywhere, anywhere);
    }

    async fn delay(&self, wait: Duration) {
        let place = Place::take(&self.waiting);
        if place.number < Self::MOST {
            self.timer.wait(wait.min(Self::DELAY)).await;
        }
    }
}

/// One of those who wait; leaves also when the client goes away.
struct Place<'a> {
    waiting: &'a AtomicUsize,
    number: usize,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Self {
        Self {
            waiting,
            number: waiting.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

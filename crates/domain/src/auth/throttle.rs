use crate::clock::Timer;
use crate::error::Limited;
use crate::error::{Error, Result};
use crate::limits::{Origin, RateLimits, Subject};
use crate::secret::Digest;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Slows down guessing of passwords. Too many failures from one address are refused. Failures to
/// one account from many addresses only delay the next attempt, for all, so that an attacker cannot
/// lock the owner out.
pub struct Throttle {
    limits: Arc<dyn RateLimits>,
    timer: Arc<dyn Timer>,
    waiting: AtomicUsize,
}

impl Throttle {
    /// The longest delay of an attempt.
    pub const DELAY: Duration = Duration::from_secs(2);
    /// How many attempts may be delayed at the same time. Further attempts continue at once; the
    /// hasher's queue limits them.
    const MOST: usize = 1_024;

    pub fn new(limits: Arc<dyn RateLimits>, timer: Arc<dyn Timer>) -> Self {
        Self {
            limits,
            timer,
            waiting: AtomicUsize::new(0),
        }
    }

    /// Lets an attempt pass, at once or after a delay; `RateLimited` when there were too many. The
    /// attempt counts as a failure until [`Throttle::succeeded`].
    pub(super) async fn admit(&self, account: Digest, origin: Origin) -> Result<Admitted> {
        self.limits.take(Limited::SignIn, origin.into())?;
        let both = Subject::Both(account, origin);
        if let Err(refused) = self.limits.take(Limited::SignInToAccount, both) {
            self.limits.give_back(Limited::SignIn, origin.into());
            return Err(refused);
        }
        let anywhere = Subject::Account(account);
        let delayed = match self.limits.take(Limited::SignInFromAnywhere, anywhere) {
            Err(Error::RateLimited { retry_after, .. }) => {
                self.delay(Duration::from_secs(retry_after)).await;
                true
            }
            other => other.map(|()| false)?,
        };
        Ok(Admitted {
            account,
            origin,
            delayed,
        })
    }

    /// The attempt was right: it does not count, nor do earlier ones from the same address.
    pub(super) fn succeeded(&self, attempt: Admitted) {
        let both = Subject::Both(attempt.account, attempt.origin);
        self.limits.reset(Limited::SignInToAccount, both);
        self.give_back(attempt);
    }

    /// The attempt was neither right nor wrong: it does not count.
    pub(super) fn undo(&self, attempt: Admitted) {
        let both = Subject::Both(attempt.account, attempt.origin);
        self.limits.give_back(Limited::SignInToAccount, both);
        self.give_back(attempt);
    }

    fn give_back(&self, attempt: Admitted) {
        let origin = attempt.origin.into();
        self.limits.give_back(Limited::SignIn, origin);
        if !attempt.delayed {
            let anywhere = Subject::Account(attempt.account);
            self.limits.give_back(Limited::SignInFromAnywhere, anywhere);
        }
    }

    async fn delay(&self, wait: Duration) {
        let attempt = DelayedAttempt::take(&self.waiting);
        if attempt.number < Self::MOST {
            self.timer.wait(wait.min(Self::DELAY)).await;
        }
    }
}

/// An attempt that was admitted.
#[derive(Clone, Copy)]
pub(super) struct Admitted {
    account: Digest,
    origin: Origin,
    /// The limit for attempts from anywhere was used up. It was not charged, so there is no attempt to give
    /// back.
    delayed: bool,
}

/// One delayed attempt.
struct DelayedAttempt<'a> {
    waiting: &'a AtomicUsize,
    number: usize,
}

impl<'a> DelayedAttempt<'a> {
    fn take(waiting: &'a AtomicUsize) -> Self {
        Self {
            waiting,
            number: waiting.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Drop for DelayedAttempt<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

//! Rate limits by the crate governor: the generic cell rate algorithm, one number for each subject.

use chrono::{DateTime, Utc};
use domain::clock::Clock;
use domain::error::Limited;
use domain::error::{Error, Result};
use domain::limits::{Rate, RateLimits, Rates, Subject};
use domain::mutex::locked;
use governor::RateLimiter;
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many subjects a limit remembers. Each takes about a hundred bytes, so all take some
/// megabytes.
const MOST: usize = 50_000;

/// Limits in memory, for this instance only.
pub struct GovernorLimits(HashMap<Limited, RateLimit>);

struct RateLimit {
    limiter: RateLimiter<Subject, Store, Time, NoOpMiddleware<Duration>>,
    store: Store,
    clock: Time,
}

impl GovernorLimits {
    /// The clock must be steady: if it jumped, waiting times would jump.
    #[must_use]
    pub fn new(rates: &Rates, clock: &Arc<dyn Clock>) -> Self {
        let limits = Limited::ALL.into_iter().filter_map(|limited| {
            let limit = RateLimit::new(rates.of(limited)?, Time::of(clock))?;
            Some((limited, limit))
        });
        Self(limits.collect())
    }
}

impl RateLimit {
    fn new(rate: Rate, clock: Time) -> Option<Self> {
        let interval = rate.period / rate.count.get();
        let store = Store {
            interval: u64::try_from(interval.as_nanos()).ok()?,
            arrivals: Arc::default(),
        };
        let quota = governor::Quota::with_period(interval)?.allow_burst(rate.count);
        Some(Self {
            limiter: RateLimiter::new(quota, store.clone(), clock.clone()),
            store,
            clock,
        })
    }
}

impl RateLimits for GovernorLimits {
    fn take(&self, limited: Limited, subject: Subject) -> Result<()> {
        let Some(limit) = self.0.get(&limited) else {
            return Ok(());
        };
        limit.limiter.check_key(&subject).map_err(|refused| {
            let wait = refused.wait_time_from(limit.clock.now());
            // Whole seconds, rounded up.
            Error::RateLimited {
                limited,
                retry_after: wait.as_secs() + 1,
            }
        })
    }

    fn give_back(&self, limited: Limited, subject: Subject) {
        if let Some(limit) = self.0.get(&limited) {
            limit.store.give_back(&subject);
        }
    }

    fn reset(&self, limited: Limited, subject: Subject) {
        if let Some(limit) = self.0.get(&limited) {
            limit.store.with(|arrivals| arrivals.remove(&subject));
        }
    }
}

/// Our clock in the form that governor needs: the time since the limits were made.
#[derive(Clone)]
struct Time {
    clock: Arc<dyn Clock>,
    begun: DateTime<Utc>,
}

impl Time {
    fn of(clock: &Arc<dyn Clock>) -> Self {
        Self {
            begun: clock.now(),
            clock: Arc::clone(clock),
        }
    }
}

impl GovernorClock for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.clock.now() - self.begun).to_std().unwrap_or_default()
    }
}

/// The time at which each subject's next attempt would be on schedule, in nanoseconds. Governor's
/// own stores can neither give an attempt back nor bound their memory.
#[derive(Clone)]
struct Store {
    /// The time that one attempt adds.
    interval: u64,
    arrivals: Arc<Mutex<HashMap<Subject, u64>>>,
}

impl Store {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Subject, u64>) -> T) -> T {
        work(&mut locked(&self.arrivals))
    }

    fn give_back(&self, subject: &Subject) {
        self.with(|arrivals| {
            if let Some(arrival) = arrivals.get_mut(subject) {
                *arrival = arrival.saturating_sub(self.interval);
            }
        });
    }
}

impl StateStore for Store {
    type Key = Subject;

    fn measure_and_replace<T, F, E>(
        &self,
        subject: &Subject,
        decide: F,
    ) -> std::result::Result<T, E>
    where
        F: Fn(Option<Nanos>) -> std::result::Result<(T, Nanos), E>,
    {
        self.with(|arrivals| {
            let before = arrivals.get(subject).copied();
            let (decided, arrival) = decide(before.map(Nanos::from))?;
            if before.is_none() && arrivals.len() >= MOST {
                // The arrival of a new subject is the current time plus one interval.
                forget_some(arrivals, arrival.as_u64().saturating_sub(self.interval));
            }
            arrivals.insert(*subject, arrival.as_u64());
            Ok(decided)
        })
    }
}

/// Forgets subjects that could try again immediately. If there are none, forgets the half with the
/// shortest waits: so a client with many addresses cannot make the limits forget clients that try
/// repeatedly.
fn forget_some(arrivals: &mut HashMap<Subject, u64>, now: u64) {
    arrivals.retain(|_, arrival| *arrival > now);
    if arrivals.len() < MOST {
        return;
    }
    let mut order: Vec<_> = arrivals
        .iter()
        .map(|(subject, at)| (*at, *subject))
        .collect();
    let half = order.len() / 2;
    order.select_nth_unstable_by_key(half, |(at, _)| *at);
    for (_, subject) in order.iter().take(half) {
        arrivals.remove(subject);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::limits::Origin;
    use domain::secret::Digest;

    struct Hand(Mutex<DateTime<Utc>>);

    impl Hand {
        fn advance(&self, by: TimeDelta) {
            *self.0.lock().unwrap() += by;
        }
    }

    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }

    /// Three a minute.
    fn limits() -> (Arc<Hand>, GovernorLimits) {
        let hand = Arc::new(Hand(Mutex::new(DateTime::UNIX_EPOCH)));
        let rates = Rates {
            guest: Rate::parse("3/m"),
            ..Rates::NONE
        };
        let clock: Arc<dyn Clock> = hand.clone();
        (hand, GovernorLimits::new(&rates, &clock))
    }

    fn somebody(number: u32) -> Subject {
        Origin::of(Some(std::net::Ipv4Addr::from_bits(number).into())).into()
    }

    fn wait(limits: &GovernorLimits, subject: Subject) -> Option<u64> {
        match limits.take(Limited::Guest, subject) {
            Ok(()) => None,
            Err(Error::RateLimited { retry_after, .. }) => Some(retry_after),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn so_many_at_once_and_then_one_by_one() {
        let (hand, limits) = limits();
        for _ in 0..3 {
            assert_eq!(wait(&limits, somebody(1)), None);
        }
        let seconds = wait(&limits, somebody(1)).unwrap();
        assert!((20..=21).contains(&seconds), "{seconds}");
        assert_eq!(wait(&limits, somebody(2)), None, "everybody for themselves");
        hand.advance(TimeDelta::seconds(seconds.cast_signed()));
        assert_eq!(wait(&limits, somebody(1)), None);
        assert!(wait(&limits, somebody(1)).is_some());
    }

    #[test]
    fn what_has_no_quota_has_no_limit() {
        let (_, limits) = limits();
        for _ in 0..1_000 {
            assert!(limits.take(Limited::SignIn, somebody(1)).is_ok());
        }
    }

    #[test]
    fn an_attempt_can_be_given_back_and_all_can_be_reset() {
        let (_, limits) = limits();
        for _ in 0..100 {
            assert_eq!(wait(&limits, somebody(1)), None);
            limits.give_back(Limited::Guest, somebody(1));
        }
        while wait(&limits, somebody(1)).is_none() {}
        limits.give_back(Limited::Guest, somebody(1));
        assert_eq!(wait(&limits, somebody(1)), None);
        assert!(wait(&limits, somebody(1)).is_some());
        limits.reset(Limited::Guest, somebody(1));
        for _ in 0..3 {
            assert_eq!(wait(&limits, somebody(1)), None);
        }
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory_and_forgets_nobody_who_must_wait_longest() {
        let (_, limits) = limits();
        let villain = Subject::Account(Digest([7; 32]));
        while wait(&limits, villain).is_none() {}
        for number in 0..200_000 {
            assert_eq!(wait(&limits, somebody(number)), None);
        }
        let store = &limits.0[&Limited::Guest].store;
        assert!(store.with(|arrivals| arrivals.len()) <= MOST);
        assert!(wait(&limits, villain).is_some());
    }
}

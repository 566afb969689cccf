//! When a claim's key is free again, over a store in memory.

use super::claim::RunningClaims;
use super::*;
use crate::clock::{Clock, Timer};
use crate::error::{Error, Result};
use crate::id::OwnerId;
use crate::secret::Digest;
use crate::tasks::{Task, Tasks};
use chrono::{DateTime, Utc};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use ulid::Ulid;

/// Everything here is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// The claims that were released, by their tokens.
#[derive(Default)]
struct Memory {
    released: Mutex<Vec<u128>>,
    is_away: AtomicBool,
}

impl Memory {
    fn released(&self) -> Vec<u128> {
        std::mem::take(&mut *self.released.lock().unwrap())
    }
}

#[async_trait::async_trait]
impl RepeatStore for Memory {
    async fn claim(&self, _: &NewClaim) -> Result<KeyState> {
        unreachable!("nothing is claimed here")
    }

    async fn matching(&self, _: RepeatKey, _: u16, _: DateTime<Utc>) -> Result<Option<RepeatKey>> {
        unreachable!("nothing is matched here")
    }

    async fn record(&self, _: RepeatKey, _: Ulid, _: &Outcome) -> Result<bool> {
        Ok(true)
    }

    async fn release(&self, _: RepeatKey, token: Ulid) -> Result<()> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(Error::Unavailable("it is away".into()));
        }
        self.released.lock().unwrap().push(token.0);
        Ok(())
    }

    async fn release_all(&self, _: &[(RepeatKey, Ulid)]) -> Result<()> {
        unreachable!("what is owed is not tried again here")
    }

    async fn renew(&self, _: &[(RepeatKey, Ulid)], _: DateTime<Utc>) -> Result<()> {
        unreachable!("nothing is renewed here")
    }

    async fn forget(&self, _: RepeatKey, _: u16) -> Result<()> {
        unreachable!("nothing is forgotten here")
    }

    async fn forget_expired(&self, _: DateTime<Utc>, _: u64) -> Result<usize> {
        unreachable!("nothing is forgotten here")
    }
}

/// Runs a task on the spot, as far as it does not wait.
struct AtOnce;

impl Tasks for AtOnce {
    fn start(&self, task: Task) {
        let _ = pin!(task).poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// A time at which nothing happens.
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

#[async_trait::async_trait]
impl Timer for Still {
    async fn wait(&self, _: Duration) {
        std::future::pending().await
    }
}

const KEY: RepeatKey = RepeatKey {
    owner: OwnerId::new(Ulid(1)),
    key: Digest([7; 32]),
};

fn scene() -> (Arc<RunningClaims>, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let (clock, timer) = (Arc::new(Still), Arc::new(Still));
    let held = RunningClaims::new(memory.clone(), Arc::new(AtOnce), clock, timer);
    (Arc::new(held), memory)
}

#[test]
fn a_key_is_free_when_the_last_who_works_for_it_has_stored_nothing() {
    let (held, memory) = scene();
    let claim = held.hold(KEY, Ulid(1));
    let work = Arc::clone(&claim);
    drop(claim);
    assert!(memory.released().is_empty());
    drop(work);
    assert_eq!(memory.released(), [1]);
    let claim = held.hold(KEY, Ulid(2));
    claim.recorded();
    drop(claim);
    assert!(memory.released().is_empty());
}

#[test]
fn the_key_of_a_failed_request_is_free_before_that_is_told_and_released_once() {
    let (held, memory) = scene();
    now(held.hold(KEY, Ulid(1)).give_up());
    assert_eq!(memory.released(), [1]);
    // Work that continues keeps it.
    let claim = held.hold(KEY, Ulid(2));
    let work = Arc::clone(&claim);
    now(claim.give_up());
    assert!(memory.released().is_empty());
    work.recorded();
    now(work.give_up());
    assert!(memory.released().is_empty());
}

#[test]
fn what_is_found_is_written_down_once_and_keeps_the_key() {
    let (held, memory) = scene();
    let claim = held.hold(KEY, Ulid(1));
    claim.found(Outcome::created(Made::Several(Vec::new())));
    now(claim.settle()).unwrap();
    assert!(claim.is_recorded());
    drop(claim);
    assert!(memory.released().is_empty());
}

#[test]
fn an_attempt_that_is_over_leaves_the_next_one_of_its_key_alone() {
    let (held, memory) = scene();
    let first = held.hold(KEY, Ulid(1));
    let second = held.hold(KEY, Ulid(2));
    drop(first);
    assert_eq!(memory.released(), [1]);
    assert_eq!(held.find(KEY).map(|claim| claim.token), Some(Ulid(2)));
    assert_eq!(held.all(), [(KEY, Ulid(2))]);
    memory.is_away.store(true, Ordering::Relaxed);
    drop(second);
    assert!(held.find(KEY).is_none());
    assert!(held.all().is_empty());
}

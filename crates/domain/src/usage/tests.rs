//! What is remembered of owners between two looks, over counts in memory.

use super::*;
use crate::auth::UserKind;
use crate::clock::Clock;
use crate::error::{Conflict, Error, ExceededQuota, Result};
use crate::id::OwnerId;
use crate::jobs::{Job, JobKind, Portion, Step};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use ulid::Ulid;

/// Everything here is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

struct Time(Mutex<DateTime<Utc>>);

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The counts of owners, and the owners that are to be counted.
#[derive(Default)]
struct Memory {
    counted: Mutex<HashMap<OwnerId, Counted>>,
    jobs: Mutex<Vec<OwnerId>>,
}

#[async_trait::async_trait]
impl UsageStore for Memory {
    async fn find(&self, owners: &[OwnerId], _: DateTime<Utc>) -> Result<Vec<Counted>> {
        let counted = self.counted.lock().unwrap();
        Ok(owners
            .iter()
            .filter_map(|owner| counted.get(owner))
            .copied()
            .collect())
    }

    async fn leave_jobs(&self, kind: JobKind, owners: &[OwnerId], _: DateTime<Utc>) -> Result<()> {
        if kind != JobKind::Usage {
            return Ok(());
        }
        self.jobs.lock().unwrap().extend(owners);
        Ok(())
    }

    async fn count(&self, _: &Job, _: Portion, _: DateTime<Utc>) -> Result<Step> {
        unreachable!("the guard counts nothing")
    }

    async fn take_title(&self, _: OwnerId, _: DateTime<Utc>, _: u64) -> Result<bool> {
        unreachable!("the guard takes no title")
    }
}

struct Scene {
    guard: UsageGuard,
    memory: Arc<Memory>,
    time: Arc<Time>,
}

/// Guests may store 1,000 bytes, and three conversations.
fn scene() -> Scene {
    let guest = Allowance {
        storage_bytes: Some(1_000),
        conversations: Some(3),
        titles_per_day: None,
    };
    let allowances = Allowances {
        guest,
        ..Allowances::NONE
    };
    let memory = Arc::new(Memory::default());
    let time = Arc::new(Time(Mutex::new(DateTime::UNIX_EPOCH)));
    Scene {
        guard: UsageGuard::new(allowances, memory.clone(), time.clone()),
        memory,
        time,
    }
}

impl Scene {
    fn pass(&self, seconds: i64) {
        *self.time.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }

    /// Somebody has been counted just now.
    fn count(&self, owner: OwnerId, kind: UserKind, storage_bytes: u64, conversations: u64) {
        let counted = Counted {
            owner,
            kind,
            usage: Usage {
                storage_bytes,
                conversations,
                titles_today: 0,
            },
            counted_at: Some(self.time.now()),
        };
        self.memory.counted.lock().unwrap().insert(owner, counted);
    }

    /// A guest of whom so much is known.
    fn known(&self, storage_bytes: u64, conversations: u64) -> OwnerId {
        let owner = OwnerId::new(Ulid(1));
        self.count(owner, UserKind::Guest, storage_bytes, conversations);
        self.guard.check_quota_for_text(owner).ok();
        now(self.guard.look()).unwrap();
        owner
    }

    /// The owners that are to be counted after a look.
    fn jobs(&self) -> Vec<OwnerId> {
        now(self.guard.look()).unwrap();
        std::mem::take(&mut *self.memory.jobs.lock().unwrap())
    }
}

fn refusal(result: Result<()>) -> Option<ExceededQuota> {
    match result {
        Ok(()) => None,
        Err(Error::Conflict(Conflict::QuotaExceeded(quota))) => Some(quota),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn records_of_requests_may_exceed_the_limit_by_a_sixteenth() {
    let scene = scene();
    let owner = scene.known(1_061, 9);
    assert_eq!(refusal(scene.guard.check_quota_for_record(owner)), None);
    assert!(refusal(scene.guard.check_quota_for_text(owner)).is_some());
    // What is noted before it is counted counts, too.
    scene.guard.stored(owner, 1);
    let refused = refusal(scene.guard.check_quota_for_record(owner));
    assert_eq!(refused, Some(ExceededQuota::Remembered { limit: 1_000 }));
    assert_eq!(refused.unwrap().name(), "storage_limit");
}

#[test]
fn a_limit_is_reached_with_the_last_byte_and_the_last_conversation() {
    let scene = scene();
    let owner = scene.known(999, 2);
    assert_eq!(refusal(scene.guard.check_quota_for_text(owner)), None);
    assert_eq!(
        refusal(scene.guard.check_quota_for_conversation(owner)),
        None
    );
    scene.known(999, 3);
    let conversations = ExceededQuota::Conversations { limit: 3 };
    assert_eq!(refusal(scene.guard.check_quota_for_text(owner)), None);
    let refused = scene.guard.check_quota_for_conversation(owner);
    assert_eq!(refusal(refused), Some(conversations));
    scene.known(1_000, 0);
    let storage = Some(ExceededQuota::Storage { limit: 1_000 });
    assert_eq!(refusal(scene.guard.check_quota_for_text(owner)), storage);
    assert_eq!(
        refusal(scene.guard.check_quota_for_conversation(owner)),
        storage
    );
}

#[test]
fn accounts_have_other_limits_than_guests() {
    let scene = scene();
    for kind in [UserKind::Account, UserKind::External, UserKind::Operator] {
        let owner = scene.known(5_000, 5);
        scene.count(owner, kind, 5_000, 5);
        now(scene.guard.look()).unwrap();
        assert_eq!(
            refusal(scene.guard.check_quota_for_conversation(owner)),
            None
        );
    }
}

#[test]
fn what_is_stored_at_once_counts_until_it_has_been_counted() {
    let scene = scene();
    let owner = scene.known(100, 0);
    scene.guard.stored(owner, 900);
    assert!(refusal(scene.guard.check_quota_for_text(owner)).is_some());
    // The same count again does not know of it.
    now(scene.guard.look()).unwrap();
    assert!(refusal(scene.guard.check_quota_for_text(owner)).is_some());
    // The next one does; most was deleted since.
    scene.pass(1);
    scene.count(owner, UserKind::Guest, 300, 0);
    now(scene.guard.look()).unwrap();
    assert_eq!(refusal(scene.guard.check_quota_for_text(owner)), None);
}

#[test]
fn of_an_owner_who_is_not_known_here_it_is_looked_up_what_is_left() {
    let scene = scene();
    let left = |owner| now(scene.guard.storage_left(owner)).unwrap();
    let guest = OwnerId::new(Ulid(2));
    scene.count(guest, UserKind::Guest, 300, 0);
    let expected = StorageLeft {
        limit: 1_000,
        bytes: 700,
    };
    assert_eq!(left(guest), Some(expected));
    assert_eq!(left(OwnerId::new(Ulid(3))), None);
    let operator = OwnerId::new(Ulid(4));
    scene.count(operator, UserKind::Operator, 300, 0);
    assert_eq!(left(operator), None);
}

#[test]
fn a_writing_owner_is_counted_every_20_seconds_and_once_more_after_the_last_time() {
    let scene = scene();
    let owner = OwnerId::new(Ulid(1));
    let of_nothing_known = Counted {
        owner,
        kind: UserKind::Guest,
        usage: Usage::default(),
        counted_at: None,
    };
    let never = (owner, of_nothing_known);
    scene.memory.counted.lock().unwrap().extend([never]);
    scene.guard.check_quota_for_text(owner).unwrap();
    assert_eq!(scene.jobs(), [owner]);
    scene.count(owner, UserKind::Guest, 0, 0);
    scene.pass(19);
    assert!(scene.jobs().is_empty());
    scene.pass(1);
    assert_eq!(scene.jobs(), [owner]);
    // It has written a minute ago, and nothing since.
    scene.pass(39);
    assert_eq!(scene.jobs(), [owner]);
    scene.pass(1);
    assert!(scene.jobs().is_empty());
}

#[test]
fn a_hundred_thousand_owners_are_remembered_and_the_idle_are_forgotten() {
    let scene = scene();
    for number in 0..100_000 {
        let owner = OwnerId::new(Ulid(1_000 + number));
        scene.guard.check_quota_for_text(owner).unwrap();
    }
    // One more is not limited here.
    let owner = scene.known(1_000, 0);
    assert_eq!(refusal(scene.guard.check_quota_for_text(owner)), None);
    scene.pass(600);
    now(scene.guard.look()).unwrap();
    let owner = scene.known(1_000, 0);
    assert!(refusal(scene.guard.check_quota_for_text(owner)).is_some());
}

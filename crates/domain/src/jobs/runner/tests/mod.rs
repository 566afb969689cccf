//! Turns, portions and pauses, over jobs in memory.

mod large;

use super::*;
use crate::jobs::Backlog;
use chrono::{DateTime, Utc};
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// Everything here is ready immediately.
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

impl Time {
    fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

/// Jobs by when they are due.
#[derive(Default)]
struct Memory(Mutex<Vec<(Job, DateTime<Utc>)>>);

impl Memory {
    fn change(&self, job: &Job, change: impl FnOnce(&mut (Job, DateTime<Utc>))) {
        let mut jobs = self.0.lock().unwrap();
        let found = jobs
            .iter_mut()
            .find(|(other, _)| (other.owner, other.key) == (job.owner, job.key));
        change(found.unwrap());
    }

    fn remove(&self, job: &Job) {
        let is_other = |(other, _): &(Job, _)| (other.owner, other.key) != (job.owner, job.key);
        self.0.lock().unwrap().retain(is_other);
    }
}

#[async_trait::async_trait]
impl JobQueue for Memory {
    async fn due(
        &self,
        _: &[JobKind],
        after: OwnerId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Job>> {
        let jobs = self.0.lock().unwrap();
        let due = jobs
            .iter()
            .filter(|(job, due)| job.owner > after && *due <= now);
        let mut due: Vec<Job> = due.map(|(job, _)| *job).collect();
        due.sort_by_key(|job| (job.owner, job.kind, job.key));
        due.truncate(most);
        Ok(due)
    }

    async fn claim(&self, _: &Job, _: DateTime<Utc>, _: DateTime<Utc>) -> Result<bool> {
        Ok(true)
    }

    async fn again(&self, job: &Job, at: DateTime<Utc>) -> Result<()> {
        self.change(job, |(job, due)| (job.attempts, *due) = (0, at));
        Ok(())
    }

    async fn put_off(&self, job: &Job, until: DateTime<Utc>) -> Result<()> {
        self.change(job, |(job, due)| {
            job.attempts += 1;
            *due = until;
        });
        Ok(())
    }

    async fn ensure(&self, _: &[JobKind], _: DateTime<Utc>) -> Result<()> {
        Ok(())
    }

    async fn take_over(&self, _: &[JobKind]) -> Result<usize> {
        Ok(0)
    }

    async fn backlog(&self, _: &[JobKind]) -> Result<Vec<Backlog>> {
        Ok(Vec::new())
    }
}

/// What it was asked to do, and how that goes.
struct Play<F> {
    done: Mutex<Vec<(Job, Portion)>>,
    goes: F,
}

#[async_trait::async_trait]
impl<F: Fn(&Job, Portion) -> Result<Step> + Send + Sync> Work for Play<F> {
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step> {
        self.done.lock().unwrap().push((*job, portion));
        (self.goes)(job, portion)
    }
}

struct Scene<F> {
    time: Arc<Time>,
    memory: Arc<Memory>,
    play: Arc<Play<F>>,
    runner: Runner,
}

/// So many jobs of each of these owners, which go as `goes` says.
fn scene<F>(jobs: &[(u128, u128)], goes: impl FnOnce(Arc<Time>, Arc<Memory>) -> F) -> Scene<F>
where
    F: Fn(&Job, Portion) -> Result<Step> + Send + Sync + 'static,
{
    let time = Arc::new(Time(Mutex::new(DateTime::UNIX_EPOCH)));
    let memory = Arc::new(Memory::default());
    for (owner, count) in jobs {
        let job = |key| Job {
            owner: OwnerId::new(Ulid(*owner)),
            kind: JobKind::Purge,
            key: Ulid(key),
            conversation: None,
            created_at: time.now(),
            attempts: 0,
        };
        let due = (0..*count).map(|key| (job(key), time.now()));
        memory.0.lock().unwrap().extend(due);
    }
    let play = Arc::new(Play {
        done: Mutex::default(),
        goes: goes(time.clone(), memory.clone()),
    });
    let works = [(JobKind::Purge, play.clone() as Arc<dyn Work>)];
    let runner = Runner::new(memory.clone(), time.clone(), works);
    Scene {
        time,
        memory,
        play,
        runner,
    }
}

/// How a job goes.
type Goes = Box<dyn Fn(&Job, Portion) -> Result<Step> + Send + Sync>;

/// Ends each job in so many milliseconds.
fn ending(milliseconds: i64) -> impl FnOnce(Arc<Time>, Arc<Memory>) -> Goes {
    move |time, memory| {
        Box::new(move |job, _| {
            time.pass(TimeDelta::milliseconds(milliseconds));
            memory.remove(job);
            Ok(Step::Done)
        })
    }
}

#[test]
fn an_owner_with_thousands_of_jobs_delays_no_other() {
    let mut scene = scene(&[(1, 3_000), (2, 1)], ending(1));
    let steps = (1..).find(|_| {
        assert!(matches!(now(scene.runner.step()), Ok(Did::Step { .. })));
        let last = scene.play.done.lock().unwrap().last().copied();
        last.is_some_and(|(job, _)| job.owner.ulid() == Ulid(2))
    });
    assert!(steps <= Some(65), "{steps:?}");
    // And all of theirs are done, too.
    while !matches!(now(scene.runner.step()), Ok(Did::Nothing)) {}
    assert!(scene.memory.0.lock().unwrap().is_empty());
}

#[test]
fn a_turn_is_over_when_its_time_is() {
    let mut scene = scene(&[(1, 10), (2, 10)], ending(300));
    for _ in 0..8 {
        now(scene.runner.step()).unwrap();
    }
    let done = scene.play.done.lock().unwrap();
    let owners: Vec<u128> = done.iter().map(|(job, _)| job.owner.ulid().0).collect();
    assert_eq!(owners, [1, 1, 2, 2, 1, 1, 2, 2]);
}

#[test]
fn a_job_that_fails_waits_longer_each_time_and_holds_up_none_behind_it() {
    let mut scene = scene(&[(1, 2)], |_, memory| {
        move |job: &Job, _: Portion| match job.key {
            Ulid(0) => Err(Error::Internal("it goes wrong".into())),
            _ => {
                memory.remove(job);
                Ok(Step::Done)
            }
        }
    });
    assert!(matches!(now(scene.runner.step()), Ok(Did::Failed { .. })));
    assert!(matches!(now(scene.runner.step()), Ok(Did::Step { .. })));
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
        while !matches!(now(scene.runner.step()), Ok(Did::Nothing)) {}
        scene
            .time
            .pass(TimeDelta::seconds(seconds) - TimeDelta::microseconds(1));
        assert!(matches!(now(scene.runner.step()), Ok(Did::Nothing)));
        scene.time.pass(TimeDelta::microseconds(1));
        assert!(matches!(now(scene.runner.step()), Ok(Did::Failed { .. })));
    }
}

#[test]
fn steps_that_run_out_of_time_are_halved_and_those_that_are_fast_grow() {
    // A disk that takes 1 MiB in 4 seconds, and no statement may take longer.
    let mut scene = scene(&[(1, 1)], |time, _| {
        move |_: &Job, portion: Portion| {
            let milliseconds = portion.bytes() * 4_000 / (1024 * 1024);
            let took = milliseconds.min(4_000).cast_signed();
            time.pass(TimeDelta::milliseconds(took));
            match milliseconds {
                0..4_000 => Ok(Step::More),
                _ => Err(Error::Unavailable("it took too long".into())),
            }
        }
    });
    for _ in 0..200 {
        now(scene.runner.step()).unwrap();
        scene.time.pass(TimeDelta::milliseconds(500));
    }
    let done = scene.play.done.lock().unwrap();
    let portions: Vec<u64> = done
        .iter()
        .map(|(_, portion)| portion.bytes() / 1024)
        .collect();
    assert_eq!(portions[..5], [8_192, 4_096, 2_048, 1_024, 512]);
    // Half a second's worth, and it stays there.
    assert!(
        portions[10..].iter().all(|size| (64..=130).contains(size)),
        "{portions:?}"
    );
}

#[test]
fn a_small_job_does_not_show_that_a_portion_may_be_larger() {
    let mut scene = scene(&[(1, 3)], |_, memory| {
        move |job: &Job, _: Portion| match job.key {
            Ulid(0) => Err(Error::Unavailable("it took too long".into())),
            _ => {
                memory.remove(job);
                Ok(Step::Done)
            }
        }
    });
    for _ in 0..3 {
        now(scene.runner.step()).unwrap();
    }
    let done = scene.play.done.lock().unwrap();
    let portions: Vec<Portion> = done.iter().map(|(_, portion)| *portion).collect();
    let halved = Portion::MOST.halved();
    assert_eq!(portions, [Portion::MOST, halved, halved]);
}

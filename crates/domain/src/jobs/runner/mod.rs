use super::{Job, JobKind, JobQueue, Portion, Step, Work};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::id::OwnerId;
use chrono::TimeDelta;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use ulid::Ulid;

/// Does jobs of some kinds, one step at a time, owner after owner.
pub struct Runner {
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    works: HashMap<JobKind, Arc<dyn Work>>,
    kinds: Vec<JobKind>,
    /// The size of the next step of each kind.
    portions: HashMap<JobKind, Portion>,
    /// The jobs that were due at the last look, without those begun since.
    due: VecDeque<Job>,
    slice: TimeSlice,
    /// For owners with more jobs, the last job of their time slice.
    stopped: HashMap<OwnerId, (JobKind, Ulid)>,
    /// Whether a step was done in the current lap through the owners.
    is_busy: bool,
}

/// The owner whose jobs are done now, the time used, and the owner's last job.
struct TimeSlice {
    owner: OwnerId,
    used: Duration,
    last: Option<(JobKind, Ulid)>,
}

/// The result of a step of the runner.
#[derive(Debug)]
pub enum Did {
    /// There was no work.
    Nothing,
    /// Another instance was faster.
    Missed,
    /// A step was done.
    Step { kind: JobKind, took: Duration },
    /// The step failed. The job waits, or is given up.
    Failed {
        job: Job,
        error: Error,
        is_given_up: bool,
        took: Duration,
    },
}

impl Runner {
    /// How many jobs one look reads.
    const LOOK: usize = 64;
    /// How long an owner's time slice lasts; a step that has begun is finished.
    const TIME_SLICE: Duration = Duration::from_millis(500);
    /// The longest pause of a failed job.
    const LONGEST: TimeDelta = TimeDelta::minutes(5);

    pub fn new(
        queue: Arc<dyn JobQueue>,
        clock: Arc<dyn Clock>,
        works: impl IntoIterator<Item = (JobKind, Arc<dyn Work>)>,
    ) -> Self {
        let works: HashMap<_, _> = works.into_iter().collect();
        Self {
            queue,
            clock,
            kinds: works.keys().copied().collect(),
            works,
            portions: HashMap::new(),
            due: VecDeque::new(),
            slice: TimeSlice::of(Job::START),
            stopped: HashMap::new(),
            is_busy: false,
        }
    }

    /// The kinds of jobs that this runner does.
    pub fn kinds(&self) -> &[JobKind] {
        &self.kinds
    }

    /// Does a step of the next job.
    ///
    /// # Errors
    /// The jobs cannot be read or written: the database is away.
    pub async fn step(&mut self) -> Result<Did> {
        let Some(job) = self.next().await? else {
            return Ok(Did::Nothing);
        };
        let Some(work) = self.works.get(&job.kind) else {
            return Ok(Did::Missed);
        };
        let portion = self.portion(job.kind);
        let begun = self.clock.now();
        let done = work.step(&job, portion).await;
        let took = (self.clock.now() - begun).to_std().unwrap_or_default();
        self.slice.used += took;
        self.slice.last = Some((job.kind, job.key));
        let did = match done {
            Ok(Step::Taken) => Did::Missed,
            Ok(step @ (Step::Done | Step::More)) => {
                // A small job does not show how large a portion may be, unless it was slow.
                if matches!(step, Step::More) || portion.after(took) < portion {
                    self.portions.insert(job.kind, portion.after(took));
                }
                let kind = job.kind;
                Did::Step { kind, took }
            }
            Ok(Step::Failed(error)) => failed(job, error, false, took),
            Ok(Step::GivenUp(error)) => failed(job, error, true, took),
            Err(error) => {
                self.portions.insert(job.kind, portion.halved());
                let until = self.clock.now() + pause(job.attempts);
                self.queue.put_off(&job, until).await?;
                failed(job, error, false, took)
            }
        };
        self.is_busy |= !matches!(did, Did::Missed);
        Ok(did)
    }

    fn portion(&self, kind: JobKind) -> Portion {
        let portion = self.portions.get(&kind);
        portion.copied().unwrap_or(Portion::MOST)
    }

    /// The next job in turn. `None`: no step was done in a whole lap through the owners.
    async fn next(&mut self) -> Result<Option<Job>> {
        loop {
            let Some(job) = self.due.pop_front() else {
                if !self.look().await? {
                    return Ok(None);
                }
                continue;
            };
            if job.owner != self.slice.owner {
                self.slice = TimeSlice::of(job.owner);
            } else if self.slice.used >= Self::TIME_SLICE {
                // The time slice is over: other owners come first, and later this owner's next job.
                self.stopped
                    .extend(self.slice.last.map(|last| (job.owner, last)));
                continue;
            }
            return Ok(Some(job));
        }
    }

    /// Reads the due jobs after the present owner's; `false` at the end of a lap in which no step
    /// was done.
    async fn look(&mut self) -> Result<bool> {
        let now = self.clock.now();
        let after = self.slice.owner;
        let due = self.queue.due(&self.kinds, after, now, Self::LOOK).await?;
        self.due = self.rotated(due).into();
        if !self.due.is_empty() {
            return Ok(true);
        }
        self.slice = TimeSlice::of(Job::START);
        if !self.is_busy {
            self.stopped.clear();
        }
        Ok(std::mem::take(&mut self.is_busy))
    }

    /// Sorts the jobs so that each owner's jobs of a kind continue after the last one done.
    /// Otherwise a small job would wait until all jobs before it are done, however large.
    fn rotated(&self, mut due: Vec<Job>) -> Vec<Job> {
        for alike in due.chunk_by_mut(|a, b| (a.owner, a.kind) == (b.owner, b.kind)) {
            let Some(Job { owner, kind, .. }) = alike.first() else {
                continue;
            };
            if let Some((_, key)) = self.stopped.get(owner).filter(|(last, _)| last == kind) {
                let before = alike.partition_point(|job| job.key <= *key);
                alike.rotate_left(before);
            }
        }
        due
    }
}

impl TimeSlice {
    fn of(owner: OwnerId) -> Self {
        Self {
            owner,
            used: Duration::ZERO,
            last: None,
        }
    }
}

fn failed(job: Job, error: Error, is_given_up: bool, took: Duration) -> Did {
    Did::Failed {
        job,
        error,
        is_given_up,
        took,
    }
}

/// The pause of a job after its failures: a second, then twice as long each time.
fn pause(attempts: u32) -> TimeDelta {
    let seconds = 1_i64 << attempts.min(16);
    TimeDelta::seconds(seconds).min(Runner::LONGEST)
}

#[cfg(test)]
mod tests;

use super::{Backlog, Job, JobKind, Portion};
use crate::error::{Error, Result};
use crate::id::OwnerId;
use chrono::{DateTime, Utc};

/// The queue of jobs. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait JobQueue: Send + Sync {
    /// Due jobs of these kinds, of owners after `after`, sorted by owner and kind. Locks nothing:
    /// another instance may take a job before this one begins it.
    async fn due(
        &self,
        kinds: &[JobKind],
        after: OwnerId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Job>>;

    /// Leases a due job until `until`: if this instance dies, another takes the job then. `false`:
    /// another instance has the job, or has done it.
    async fn claim(&self, job: &Job, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool>;

    /// Returns a successful job to the queue; it is due again at `at`.
    async fn again(&self, job: &Job, at: DateTime<Utc>) -> Result<()>;

    /// Postpones a failed job, and counts the failure.
    async fn put_off(&self, job: &Job, until: DateTime<Utc>) -> Result<()>;

    /// Makes sure that the service's own jobs of these kinds exist.
    async fn ensure(&self, kinds: &[JobKind], now: DateTime<Utc>) -> Result<()>;

    /// Moves some entries of these kinds from the queues that earlier versions still fill, except
    /// entries that such an instance is working on. Returns how many.
    async fn take_over(&self, kinds: &[JobKind]) -> Result<usize>;

    /// The waiting jobs of these kinds, without the service's own. Kinds without waiting jobs are
    /// left out.
    async fn backlog(&self, kinds: &[JobKind]) -> Result<Vec<Backlog>>;
}

/// Performs the jobs of one or more kinds.
#[async_trait::async_trait]
pub trait Work: Send + Sync {
    /// Does at most a portion of a job, and stores when it continues. On an error the portion was
    /// rolled back, and the caller postpones the job.
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step>;
}

/// The result of a step.
#[derive(Debug)]
pub enum Step {
    /// Another instance works on the job, or has done it.
    Taken,
    /// All current work is done.
    Done,
    /// A portion is done; there is more.
    More,
    /// The step failed; the job waits for another attempt.
    Failed(Error),
    /// The step failed for the last time: the job is given up.
    GivenUp(Error),
}

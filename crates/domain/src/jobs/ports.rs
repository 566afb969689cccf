use super::{Backlog, Job, Kind, Portion};
use crate::error::{Error, Result};
use crate::id::OwnerId;
use chrono::{DateTime, Utc};

/// The jobs there are. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait JobQueue: Send + Sync {
    /// Jobs of these kinds that are due, of owners who come after `after`, by owner and kind.
    /// Nothing is locked: by the time one is begun, another instance may be at it.
    async fn due(
        &self,
        kinds: &[Kind],
        after: OwnerId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Job>>;

    /// Takes a job that is due, until `until`: should this instance die, another takes it up then.
    /// `false`: another has it, or has done it.
    async fn claim(&self, job: &Job, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool>;

    /// Gives a job back that went well, and is due again at `at`.
    async fn again(&self, job: &Job, at: DateTime<Utc>) -> Result<()>;

    /// Puts a job off that failed, and counts it.
    async fn put_off(&self, job: &Job, until: DateTime<Utc>) -> Result<()>;

    /// Sees to it that the service's own jobs of these kinds are there.
    async fn ensure(&self, kinds: &[Kind], now: DateTime<Utc>) -> Result<()>;

    /// Moves some entries of the queues that instances of earlier versions still fill, as far as
    /// they are of these kinds and no such instance is at them; says how many.
    async fn take_over(&self, kinds: &[Kind]) -> Result<usize>;

    /// How much of these kinds waits, but for the service's own. Kinds of which there is none are
    /// left out.
    async fn backlog(&self, kinds: &[Kind]) -> Result<Vec<Backlog>>;
}

/// What does jobs of some kind.
#[async_trait::async_trait]
pub trait Work: Send + Sync {
    /// Does some of a job, a portion at the most, and sees to it when it goes on. An error says that
    /// nothing was done: the job is put off by the caller.
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step>;
}

/// What a step has done.
#[derive(Debug)]
pub enum Step {
    /// Another instance is at it, or has done it.
    Taken,
    /// All that there is to do now.
    Done,
    /// A portion; there is more.
    More,
    /// It did not go well; the job waits for another attempt.
    Failed(Error),
    /// It did not go well, once too often: the job is given up.
    GivenUp(Error),
}

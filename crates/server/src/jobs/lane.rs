use super::figures::JobFigures;
use super::pace::Pace;
use domain::clock::Clock;
use domain::error::Error;
use domain::error::ProviderFailure;
use domain::jobs::{Did, JobKind, JobQueue, Runner};
use infra::postgres::Database;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// The pause without work.
const IDLE: Duration = Duration::from_secs(1);

/// The pause while the database is away.
pub(super) const RETRY: Duration = Duration::from_secs(5);

/// The pause when another instance was faster.
const MISSED: Duration = Duration::from_millis(50);

/// How often waiting jobs are logged.
const REPORT: Duration = Duration::from_secs(60);

/// How often the queues of earlier versions are checked.
const TAKE_OVER: Duration = Duration::from_secs(5);

/// The pause after a step.
enum Rest {
    For(Duration),
    /// After a step of this length for which no request waits.
    Yielding(Duration),
}

/// A sequence of jobs.
pub(super) struct Lane {
    pub(super) runner: Runner,
    pub(super) queue: Arc<dyn JobQueue>,
    pub(super) clock: Arc<dyn Clock>,
    /// The kinds of the service's own jobs.
    pub(super) own: Vec<JobKind>,
    /// The time limit of a step without its own limit.
    pub(super) patience: Duration,
    /// Whether this lane also looks around and logs the waiting jobs of its kinds.
    pub(super) is_first: bool,
    pub(super) figures: Arc<JobFigures>,
}

impl Lane {
    pub(super) async fn run(mut self, database: Database) {
        self.figures.shows(self.runner.kinds());
        while !database.is_open() {
            sleep(IDLE).await;
        }
        let mut looked = None::<Instant>;
        let mut reported = Instant::now();
        let mut pace = Pace::new(database);
        loop {
            if self.is_first && looked.is_none_or(|last| last.elapsed() >= TAKE_OVER) {
                looked = self.look_around().await.then(Instant::now);
            }
            if self.is_first && reported.elapsed() >= REPORT {
                self.report().await;
                reported = Instant::now();
            }
            match self.step(&mut pace).await {
                Rest::For(time) => sleep(time).await,
                Rest::Yielding(took) => pace.rest(took).await,
            }
        }
    }

    /// Does one step, and returns the pause after it.
    async fn step(&mut self, pace: &mut Pace) -> Rest {
        let did = timeout(self.patience, self.runner.step()).await;
        match &did {
            Ok(Ok(Did::Step { kind, .. })) => self.figures.did(*kind),
            Ok(Ok(Did::Failed { job, .. })) => self.figures.failed(job.kind),
            _ => {}
        }
        match did {
            Ok(Ok(Did::Nothing)) => {
                pace.caught_up();
                Rest::For(IDLE)
            }
            Ok(Ok(Did::Missed)) => Rest::For(MISSED),
            // Requests to a model have their own limits.
            Ok(Ok(Did::Step {
                kind: JobKind::Title,
                ..
            })) => Rest::For(Duration::ZERO),
            // Searches compare directly what is not indexed yet.
            Ok(Ok(Did::Step {
                kind: JobKind::Search,
                took,
            })) => Rest::Yielding(took),
            // Rests as long as the step took, so that requests always have at least half of the
            // database.
            Ok(Ok(Did::Step { took, .. })) => Rest::For(took),
            Ok(Ok(Did::Failed {
                job,
                error,
                is_given_up,
                took,
            })) => {
                let (kind, attempts) = (job.kind.name(), job.attempts + 1);
                if is_given_up {
                    tracing::warn!(kind, attempts, ?error, "a job is given up");
                } else {
                    tracing::info!(kind, attempts, ?error, "a job failed; trying again later");
                }
                Rest::For(rest_after(&error, took))
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the jobs cannot be read; trying again");
                Rest::For(RETRY)
            }
            // The job runs again when it is due.
            Err(_) => {
                tracing::warn!("a job took too long; trying again later");
                Rest::For(IDLE)
            }
        }
    }

    /// Ensures the service's own jobs, and takes over entries of earlier versions; says whether
    /// that was all.
    async fn look_around(&self) -> bool {
        let ensured = match self.own.as_slice() {
            [] => Ok(()),
            own => self.queue.ensure(own, self.clock.now()).await,
        };
        match (ensured, self.queue.take_over(self.runner.kinds()).await) {
            (Ok(()), Ok(taken)) => taken == 0,
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "the queues of earlier versions cannot be read");
                true
            }
        }
    }

    async fn report(&self) {
        let Ok(backlogs) = self.queue.backlog(self.runner.kinds()).await else {
            return;
        };
        for backlog in backlogs {
            let waited = self.clock.now() - backlog.oldest;
            let (kind, length) = (backlog.kind.name(), backlog.length);
            // A job may be left for later.
            let oldest_seconds = waited.num_seconds().max(0);
            tracing::info!(kind, length, oldest_seconds, "jobs wait");
        }
    }
}

/// The pause after a job that failed: the job itself waits, but those behind it need not. Only if a
/// model limits its rate, all further requests to it would fail as well.
fn rest_after(error: &Error, took: Duration) -> Duration {
    match error {
        Error::Provider(ProviderFailure::Busy { .. } | ProviderFailure::RateLimited { .. }) => IDLE,
        _ => took.min(IDLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_rests_the_lane_no_longer_than_it_took_but_where_a_model_has_too_much_to_do() {
        let (short, long) = (Duration::from_millis(5), Duration::from_secs(300));
        let failed = Error::from(ProviderFailure::TimedOut);
        assert_eq!(rest_after(&failed, short), short);
        assert_eq!(rest_after(&failed, long), IDLE);
        let busy = Error::from(ProviderFailure::Busy { retry_after: 5 });
        assert_eq!(rest_after(&busy, short), IDLE);
    }
}

//! The background work of an instance: jobs, shared with any number of other instances.

use chrono::TimeDelta;
use domain::clock::Clock;
use domain::error::Error;
use domain::jobs::{Did, JobQueue, Kind, Runner, Upkeep, Work};
use domain::purge::PurgeService;
use domain::removal::{RemovalService, RemovedOwners};
use domain::replies::{ModelProvider, ProviderFailure};
use domain::titles::TitleService;
use domain::usage::{Allowances, UsageGuard, UsageService};
use infra::audit::LoggedAudit;
use infra::postgres::{
    Database, PgJobs, PgPurge, PgRemovals, PgRepeats, PgTitleQueue, PgTurnQueue, PgUsage,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The pause when there is no work.
const IDLE: Duration = Duration::from_secs(1);

/// The pause while the database is away.
const RETRY: Duration = Duration::from_secs(5);

/// The pause when another instance was faster.
const MISSED: Duration = Duration::from_millis(50);

/// How often waiting jobs are logged.
const REPORT: Duration = Duration::from_secs(60);

/// How often the queues of earlier versions are checked.
const TAKE_OVER: Duration = Duration::from_secs(5);

/// Reclaims deleted data and forgets expired data, until it is dropped. Guests are removed after
/// `guest_retention` without activity, or never.
pub async fn upkeep(
    database: Database,
    clock: Arc<dyn Clock>,
    guest_retention: Option<TimeDelta>,
    allowances: Allowances,
) {
    let store = Arc::new(PgRemovals(database.clone()));
    let purge = PurgeService {
        store: Arc::new(PgPurge(database.clone())),
        clock: Arc::clone(&clock),
    };
    let removal = RemovalService {
        removed: Arc::new(RemovedOwners::new(store.clone(), Arc::clone(&clock))),
        store,
        audit: Arc::new(LoggedAudit),
        clock: Arc::clone(&clock),
    };
    let queue: Arc<dyn JobQueue> = Arc::new(PgJobs(database.clone()));
    let upkeep = Arc::new(Upkeep {
        queue: Arc::clone(&queue),
        purge: purge.clone(),
        removal: removal.clone(),
        repeats: Arc::new(PgRepeats(database.clone())),
        turns: Arc::new(PgTurnQueue(database.clone())),
        guest_retention,
        clock: Arc::clone(&clock),
    });
    let own = upkeep.kinds();
    let purge: Arc<dyn Work> = Arc::new(purge);
    let mut works: Vec<(Kind, Arc<dyn Work>)> = vec![
        (Kind::Usage, Arc::new(usage(&database, &clock, allowances))),
        (Kind::Removal, Arc::new(removal)),
        (Kind::Versions, Arc::clone(&purge)),
        (Kind::Purge, purge),
    ];
    works.extend(
        own.iter()
            .map(|kind| (*kind, upkeep.clone() as Arc<dyn Work>)),
    );
    let lane = Lane {
        runner: Runner::new(Arc::clone(&queue), Arc::clone(&clock), works),
        queue,
        clock,
        own,
        patience: Duration::MAX,
        is_first: true,
    };
    lane.run(database).await;
}

/// Names conversations, several at once, until it is dropped: a model that takes long over one
/// title does not delay the others.
pub async fn titles(
    database: Database,
    provider: Arc<dyn ModelProvider>,
    clock: Arc<dyn Clock>,
    context_tokens: usize,
    allowances: Allowances,
    at_once: usize,
) {
    let queue: Arc<dyn JobQueue> = Arc::new(PgJobs(database.clone()));
    let titles = Arc::new(PgTitleQueue(database.clone()));
    let usage = usage(&database, &clock, allowances);
    let titles = TitleService::new(titles, usage, provider, Arc::clone(&clock), context_tokens);
    let titles: Arc<dyn Work> = Arc::new(titles);
    let lane = |number| Lane {
        runner: Runner::new(
            Arc::clone(&queue),
            Arc::clone(&clock),
            [(Kind::Title, Arc::clone(&titles))],
        ),
        queue: Arc::clone(&queue),
        clock: Arc::clone(&clock),
        own: Vec::new(),
        patience: TitleService::PATIENCE,
        is_first: number == 0,
    };
    // The lanes end with this set.
    let mut lanes = JoinSet::new();
    for number in 0..at_once.max(1) {
        lanes.spawn(lane(number).run(database.clone()));
    }
    while lanes.join_next().await.is_some() {}
}

fn usage(database: &Database, clock: &Arc<dyn Clock>, allowances: Allowances) -> UsageService {
    UsageService {
        allowances,
        store: Arc::new(PgUsage(database.clone())),
        clock: Arc::clone(clock),
    }
}

/// Regularly reads the usage of owners who write, until it is dropped.
pub async fn look_at_usage(database: Database, guard: Arc<UsageGuard>) {
    loop {
        sleep(RETRY).await;
        if !database.is_open() {
            continue;
        }
        if let Err(error) = guard.look().await {
            tracing::debug!(%error, "what owners use cannot be read; trying again");
        }
    }
}

/// A sequence of jobs.
struct Lane {
    runner: Runner,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    /// The kinds of the service's own jobs.
    own: Vec<Kind>,
    /// The time limit of a step without its own limit.
    patience: Duration,
    /// Whether this lane also looks around and logs the waiting jobs of its kinds.
    is_first: bool,
}

impl Lane {
    async fn run(mut self, database: Database) {
        while !database.is_open() {
            sleep(IDLE).await;
        }
        let mut looked = None::<Instant>;
        let mut reported = Instant::now();
        loop {
            if self.is_first && looked.is_none_or(|last| last.elapsed() >= TAKE_OVER) {
                looked = self.look_around().await.then(Instant::now);
            }
            if self.is_first && reported.elapsed() >= REPORT {
                self.report().await;
                reported = Instant::now();
            }
            let rest = self.step().await;
            sleep(rest).await;
        }
    }

    /// Does one step, and returns the pause after it.
    async fn step(&mut self) -> Duration {
        match timeout(self.patience, self.runner.step()).await {
            Ok(Ok(Did::Nothing)) => IDLE,
            Ok(Ok(Did::Missed)) => MISSED,
            // Requests to a model have their own limits.
            Ok(Ok(Did::Step {
                kind: Kind::Title, ..
            })) => Duration::ZERO,
            // Rests as long as the step took, so that requests always have at least half of the
            // database.
            Ok(Ok(Did::Step { took, .. })) => took,
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
                rest_after(&error, took)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the jobs cannot be read; trying again");
                RETRY
            }
            // The job runs again when it is due.
            Err(_) => {
                tracing::warn!("a job took too long; trying again later");
                IDLE
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
            let oldest_seconds = waited.num_seconds();
            tracing::info!(kind, length, oldest_seconds, "jobs wait");
        }
    }
}

/// The pause after a job that failed: the job itself waits, but those behind it need not. Only if a
/// model limits its rate, all further requests to it would fail, too.
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

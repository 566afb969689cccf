//! The background work of an instance: jobs, shared with any number of other instances.

mod figures;
mod lane;
mod pace;

pub use figures::{JobFigures, Steps};

use domain::auth::RemovedOwners;
use domain::clock::Clock;
use domain::jobs::{JobKind, JobQueue, Runner, Work};
use domain::purge::PurgeService;
use domain::removal::RemovalService;
use domain::replies::ModelProvider;
use domain::search::{Indexing, Unindexed};
use domain::titles::TitleService;
use domain::upkeep::{Retention, Upkeep};
use domain::usage::{Allowances, UsageGuard, UsageService};
use infra::audit::LoggedAudit;
use infra::postgres::{
    Database, NewTitles, PgJobs, PgPurge, PgRemovals, PgRepeats, PgResponses, PgSearch,
    PgTitleQueue, PgTurnQueue, PgUsage,
};
use lane::{Lane, RETRY};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How often waiting jobs are counted, where there are metrics: as often as they are usually scraped.
const LOOK: Duration = Duration::from_secs(15);

/// Purges deleted data and expired data, until it is dropped.
pub async fn upkeep(
    database: Database,
    clock: Arc<dyn Clock>,
    retention: Retention,
    allowances: Allowances,
    figures: Arc<JobFigures>,
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
    let index = Arc::new(PgSearch(database.clone()));
    let upkeep = Arc::new(Upkeep {
        queue: Arc::clone(&queue),
        purge: purge.clone(),
        removal: removal.clone(),
        repeats: Arc::new(PgRepeats(database.clone())),
        turns: Arc::new(PgTurnQueue(database.clone())),
        responses: Arc::new(PgResponses::new(database.clone(), NewTitles::Kept)),
        unindexed: Unindexed::new(index.clone(), Arc::clone(&clock)),
        retention,
        clock: Arc::clone(&clock),
    });
    let search = Indexing {
        store: index,
        clock: Arc::clone(&clock),
    };
    let own = upkeep.kinds();
    let purge: Arc<dyn Work> = Arc::new(purge);
    let mut works: Vec<(JobKind, Arc<dyn Work>)> = vec![
        (
            JobKind::Usage,
            Arc::new(usage(&database, &clock, allowances)),
        ),
        (JobKind::Removal, Arc::new(removal)),
        (JobKind::Versions, Arc::clone(&purge)),
        (JobKind::Purge, purge),
        (JobKind::Search, Arc::new(search)),
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
        figures,
    };
    lane.run(database).await;
}

/// Names conversations, several at the same time, until it is dropped: a model that takes long over
/// one title does not delay the others.
pub async fn titles(
    database: Database,
    provider: Arc<dyn ModelProvider>,
    clock: Arc<dyn Clock>,
    context_tokens: usize,
    allowances: Allowances,
    parallel: usize,
    figures: Arc<JobFigures>,
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
            [(JobKind::Title, Arc::clone(&titles))],
        ),
        queue: Arc::clone(&queue),
        clock: Arc::clone(&clock),
        own: Vec::new(),
        patience: TitleService::PATIENCE,
        is_first: number == 0,
        figures: Arc::clone(&figures),
    };
    // The lanes end with this set.
    let mut lanes = JoinSet::new();
    for number in 0..parallel.max(1) {
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

/// Regularly counts the waiting jobs, until it is dropped.
pub async fn look_at_backlogs(database: Database, figures: Arc<JobFigures>) {
    let queue = PgJobs(database.clone());
    loop {
        if database.is_open()
            && let Err(error) = figures.look(&queue).await
        {
            tracing::debug!(%error, "the waiting jobs cannot be counted; trying again");
        }
        sleep(LOOK).await;
    }
}

/// Regularly reads the usage of owners that write, until it is dropped.
pub async fn look_at_usage(database: Database, guard: Arc<UsageGuard>) {
    loop {
        sleep(RETRY).await;
        if !database.is_open() {
            continue;
        }
        if let Err(error) = guard.look().await {
            tracing::debug!(%error, "the usage of owners cannot be read; trying again");
        }
    }
}

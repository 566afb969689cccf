//! Background work that runs as long as the service.

use crate::config::Config;
use crate::parts::ServiceParts;
use crate::{jobs, repeats, responses, turns, views};
use domain::shares::ViewCounts;
use infra::clock::SystemClock;
use infra::postgres::{Database, NewTitles, PgShares};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The running work. Dropping this ends it.
pub(crate) struct Background {
    workers: JoinSet<()>,
    views: Arc<ViewCounts>,
}

impl Background {
    /// Starts the jobs that purge deleted data and forget expired data, the counting of views, and,
    /// with a model provider, the naming of conversations.
    pub(crate) fn start(config: &Config, database: &Database, parts: &ServiceParts) -> Self {
        let clock = || Arc::new(SystemClock);
        let views = Arc::clone(&parts.views);
        let mut workers = JoinSet::new();
        workers.spawn(jobs::upkeep(
            database.clone(),
            clock(),
            config.retention,
            config.allowances,
            Arc::clone(&parts.watched.jobs),
        ));
        if config.metrics.is_some() {
            let jobs = Arc::clone(&parts.watched.jobs);
            workers.spawn(jobs::look_at_backlogs(database.clone(), jobs));
        }
        workers.spawn(jobs::look_at_usage(
            database.clone(),
            Arc::clone(&parts.usage),
        ));
        let provider = config.provider.clone();
        workers.spawn(async move {
            if let Some(problem) = provider.probe().await {
                tracing::warn!("the model provider: {problem}");
            }
        });
        workers.spawn(repeats::renew(database.clone(), Arc::clone(&parts.repeats)));
        workers.spawn(responses::tend(
            database.clone(),
            Arc::clone(&parts.responses),
        ));
        workers.spawn(turns::tend(database.clone(), Arc::clone(&parts.turns)));
        workers.spawn(views::run(database.clone(), Arc::clone(&views)));
        if config.provider.new_titles() == NewTitles::Queued {
            let provider = Arc::clone(&parts.provider);
            let (database, context) = (database.clone(), parts.context_tokens);
            workers.spawn(jobs::titles(
                database,
                provider,
                clock(),
                context,
                config.allowances,
                config.provider.parallel_titles(),
                Arc::clone(&parts.watched.jobs),
            ));
        }
        Self { workers, views }
    }

    /// Ends the work, and writes the last counted views.
    pub(crate) async fn stop(mut self, database: &Database) {
        self.workers.shutdown().await;
        if database.is_open() {
            views::flush(&PgShares(database.clone()), &self.views).await;
        }
    }
}

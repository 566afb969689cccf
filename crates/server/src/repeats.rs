//! Repeatable requests: renews their claims while they run.

use crate::config::Config;
use domain::clock::{Clock, Ids};
use domain::repeats::RepeatService;
use domain::tasks::Tasks;
use infra::clock::{RandomIds, RuntimeTimer, SystemClock};
use infra::postgres::{Database, PgRepeats};
use infra::security::RandomSecrets;
use std::sync::Arc;
use std::time::Duration;

/// The claims of an instance. A repeat waits up to `patience` for the running request.
pub fn service(
    database: &Database,
    tasks: Arc<dyn Tasks>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    patience: Duration,
) -> Arc<RepeatService> {
    let store = Arc::new(PgRepeats(database.clone()));
    let secrets = Arc::new(RandomSecrets);
    let timer = Arc::new(RuntimeTimer);
    let service = RepeatService::new(store, tasks, secrets, clock, timer, ids, patience);
    Arc::new(service)
}

/// The claims of a running service: a repeat waits as long as the model provider may be silent.
pub(crate) fn of(
    config: &Config,
    database: &Database,
    tasks: Arc<dyn Tasks>,
) -> Arc<RepeatService> {
    let ids = Arc::new(RandomIds(SystemClock));
    let patience = config.provider.patience;
    service(database, tasks, Arc::new(SystemClock), ids, patience)
}

/// Renews claims regularly, until it is dropped.
pub(crate) async fn renew(database: Database, repeats: Arc<RepeatService>) {
    loop {
        tokio::time::sleep(RepeatService::RENEWAL).await;
        if !database.is_open() {
            continue;
        }
        if let Err(error) = repeats.renew().await {
            tracing::warn!(%error, "claims of requests under way cannot be renewed; trying again");
        }
    }
}

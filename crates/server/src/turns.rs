//! Turns of conversations: renews the turns of this instance, and checks whether they were
//! cancelled.

use crate::config::Config;
use domain::admission::Budget;
use domain::clock::Timer;
use domain::tasks::Tasks;
use domain::turns::TurnService;
use infra::clock::{RandomIds, RuntimeTimer, SystemClock};
use infra::postgres::{Database, PgTurnQueue};
use std::sync::Arc;
use std::time::Duration;

/// The turns of an instance. A turn waits up to `patience` for earlier turns; `memory` is that of
/// bodies.
pub fn service(
    database: &Database,
    tasks: Arc<dyn Tasks>,
    timer: Arc<dyn Timer>,
    memory: Budget,
    patience: Duration,
) -> Arc<TurnService> {
    let queue = Arc::new(PgTurnQueue(database.clone()));
    // Instances must not make the same ids, even if a test has fixed the clock.
    let ids = Arc::new(RandomIds(SystemClock));
    Arc::new(TurnService::new(queue, tasks, ids, timer, memory, patience))
}

/// The turns of a running service: a turn waits as long as the model provider may be silent.
pub(crate) fn of(
    config: &Config,
    database: &Database,
    tasks: Arc<dyn Tasks>,
    memory: Budget,
) -> Arc<TurnService> {
    let timer = Arc::new(RuntimeTimer);
    let patience = config.provider.patience;
    service(database, tasks, timer, memory, patience)
}

/// Tends turns regularly, until it is dropped.
pub async fn tend(database: Database, turns: Arc<TurnService>) {
    let mut rounds = 0;
    loop {
        tokio::time::sleep(TurnService::TENDING).await;
        if !database.is_open() {
            continue;
        }
        rounds += 1;
        let renews = rounds >= TurnService::RENEWAL;
        match turns.tend(renews).await {
            Ok(()) if renews => rounds = 0,
            Ok(()) => {}
            // The database may have been away for as long as the leases last.
            Err(error) => {
                rounds = TurnService::RENEWAL;
                tracing::warn!(%error, "turns under way cannot be renewed; trying again");
            }
        }
    }
}

//! The background work of an instance that nobody waits for: what has expired is removed, and so are
//! guests who never came back.

use chrono::TimeDelta;
use domain::clock::Clock;
use domain::removal::{RemovalService, RemovedOwners};
use infra::audit::LoggedAudit;
use infra::postgres::{Database, PgRemovals};
use std::sync::Arc;
use std::time::Duration;

/// How long to rest when there is nothing to do.
const IDLE: Duration = Duration::from_secs(60);

/// How long to rest between two steps, so that running traffic comes first.
const BREATH: Duration = Duration::from_millis(100);

/// Works until it is dropped, beside any number of other instances. Guests are removed after
/// `guest_retention` without activity, or never.
pub async fn run(database: Database, clock: Arc<dyn Clock>, guest_retention: Option<TimeDelta>) {
    let store = Arc::new(PgRemovals(database.clone()));
    let service = RemovalService {
        removed: Arc::new(RemovedOwners::new(store.clone(), clock.clone())),
        store,
        audit: Arc::new(LoggedAudit),
        clock,
    };
    loop {
        let rest = match database.is_open() {
            true => step(&service, guest_retention).await,
            false => IDLE,
        };
        tokio::time::sleep(rest).await;
    }
}

async fn step(service: &RemovalService, guest_retention: Option<TimeDelta>) -> Duration {
    let reclaimed = match guest_retention {
        Some(retention) => service.reclaim_guest(retention).await,
        None => Ok(false),
    };
    match (reclaimed, service.tidy().await) {
        (Ok(false), Ok(0)) => IDLE,
        (Ok(_), Ok(_)) => BREATH,
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "what has expired cannot be removed; trying again");
            IDLE
        }
    }
}

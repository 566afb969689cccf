//! Background work: writes the views of share links to the store.

use domain::shares::ViewCounts;
use infra::postgres::{Database, PgShares};
use std::sync::Arc;
use std::time::Duration;

/// The interval: a crash can lose the views of this time.
const INTERVAL: Duration = Duration::from_secs(5);

/// Writes the views every few seconds, until it is dropped.
pub async fn run(database: Database, views: Arc<ViewCounts>) {
    let store = PgShares(database.clone());
    loop {
        tokio::time::sleep(INTERVAL).await;
        if database.is_open() {
            flush(&store, &views).await;
        }
    }
}

/// Writes the views so far; views that cannot be written are kept for the next time.
pub async fn flush(store: &PgShares, views: &ViewCounts) {
    if let Err(error) = views.flush(store).await {
        tracing::warn!(%error, "views of links cannot be written down; trying again");
    }
}

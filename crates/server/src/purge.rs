//! The background work of an instance: reclaiming what was deleted, forgetting what ended.

use domain::clock::Clock;
use domain::purge::{PurgeService, Reclaimed};
use infra::postgres::{Database, PgPurgeQueue};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the log tells of a queue that is not empty.
const REPORT: Duration = Duration::from_secs(30);

/// How often links are looked for that ended long ago.
const FORGET: Duration = Duration::from_secs(60);

/// How long to wait for a database that is away.
const RETRY: Duration = Duration::from_secs(5);

/// Works off the purge queue until it is dropped, beside any number of other instances.
pub async fn run(database: Database, clock: Arc<dyn Clock>) {
    while !database.is_open() {
        tokio::time::sleep(RETRY).await;
    }
    let service = PurgeService::new(Arc::new(PgPurgeQueue(database)), clock);
    let mut rows = 0;
    let mut reported = None::<Instant>;
    let mut forgot = None::<Instant>;
    loop {
        if forgot.is_none_or(|last| last.elapsed() >= FORGET) {
            forgot = forget_some(&service).await.then(Instant::now);
        }
        let rest = match service.step().await {
            Ok((Reclaimed::Rows(more), rest)) => {
                rows += more;
                if reported.is_none_or(|last| last.elapsed() >= REPORT) {
                    report(&service, rows).await;
                    reported = Some(Instant::now());
                    rows = 0;
                }
                rest
            }
            Ok((Reclaimed::Nothing, rest)) => {
                if reported.take().is_some() {
                    report(&service, rows).await;
                    rows = 0;
                }
                rest
            }
            Err(error) => {
                tracing::warn!(%error, "the purge queue cannot be read; trying again");
                RETRY
            }
        };
        tokio::time::sleep(rest).await;
    }
}

/// Forgets some of the links that ended long ago; says whether that were all.
async fn forget_some(service: &PurgeService) -> bool {
    match service.forget_links().await {
        Ok(more) => !more,
        Err(error) => {
            tracing::warn!(%error, "links that ended cannot be forgotten; trying again");
            false
        }
    }
}

async fn report(service: &PurgeService, rows: usize) {
    if let Ok((queue_length, oldest_seconds)) = service.backlog().await {
        tracing::info!(
            rows,
            queue_length,
            oldest_seconds,
            "reclaiming deleted conversations"
        );
    }
}

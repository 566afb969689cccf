//! The background work of an instance with a model provider: naming conversations.

use domain::clock::Clock;
use domain::replies::ModelProvider;
use domain::titles::{Step, TitleService};
use infra::postgres::{Database, PgTitleQueue};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long to rest when there is nothing to do.
const IDLE: Duration = Duration::from_secs(1);

/// How long to wait for a database that is away.
const RETRY: Duration = Duration::from_secs(5);

/// Works off the queue of titles until it is dropped, beside any number of other instances.
pub async fn run(
    database: Database,
    provider: Arc<dyn ModelProvider>,
    clock: Arc<dyn Clock>,
    context_tokens: usize,
) {
    while !database.is_open() {
        sleep(RETRY).await;
    }
    let queue = Arc::new(PgTitleQueue(database));
    let service = TitleService::new(queue, provider, clock, context_tokens);
    loop {
        let rest = match timeout(TitleService::PATIENCE, service.step()).await {
            Ok(Ok(Step::Named | Step::Dropped)) => Duration::ZERO,
            Ok(Ok(Step::Nothing)) => IDLE,
            Ok(Ok(Step::PutOff(error))) => {
                tracing::info!(?error, "no title by the model yet; trying again later");
                IDLE
            }
            Ok(Ok(Step::GivenUp(error))) => {
                tracing::warn!(?error, "no title by the model; the first message's stays");
                IDLE
            }
            // The entry is looked at again when its time comes.
            Err(_) => {
                tracing::warn!("the model took too long for a title; trying again later");
                IDLE
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the queue of titles cannot be read; trying again");
                RETRY
            }
        };
        sleep(rest).await;
    }
}

//! Work of the server's own, which outlives the request that has asked for it.

use domain::repeats::carried;
use domain::replies::{Tasks, Work};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tracing::Instrument as _;

/// Work that runs beside the requests, on a runtime that does not end with a worker's thread.
pub struct BackgroundTasks {
    runtime: Handle,
    running: Mutex<JoinSet<()>>,
}

impl BackgroundTasks {
    #[must_use]
    pub fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            running: Mutex::default(),
        }
    }

    /// Waits for all of it to end, and ends what has not done so by itself after `limit`.
    pub async fn finish(&self, limit: Duration) {
        let mut running = std::mem::take(&mut *self.running());
        while running.try_join_next().is_some() {}
        if running.is_empty() {
            return;
        }
        tracing::info!(
            pieces = running.len(),
            "work that nobody waits for is finished first"
        );
        let ending = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, ending).await.is_err() {
            tracing::warn!(
                abandoned = running.len(),
                "work was not finished in time, and everything is left as it was"
            );
            running.shutdown().await;
        }
    }

    fn running(&self) -> MutexGuard<'_, JoinSet<()>> {
        // What a panic leaves behind is still a set of tasks.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks for BackgroundTasks {
    /// The log's lines of the work name the request that has asked for it.
    fn start(&self, work: Work) {
        let work = carried(work);
        let logged = async move {
            if let Err(error) = work.await {
                tracing::warn!(?error, "work failed, and whoever wanted it has left");
            }
        };
        let mut running = self.running();
        // Those that have ended are forgotten.
        while running.try_join_next().is_some() {}
        running.spawn_on(logged.in_current_span(), &self.runtime);
    }
}

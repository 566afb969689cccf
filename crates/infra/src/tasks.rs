//! Background work, which outlives the request that started it.

use domain::mutex::locked;
use domain::repeats;
use domain::storage;
use domain::tasks::{Task, Tasks};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tracing::Instrument as _;

/// Background work, on a runtime that does not end with a worker's thread.
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

    /// Waits for all work to end, and aborts what still runs after `limit`.
    pub async fn finish(&self, limit: Duration) {
        let mut running = std::mem::take(&mut *self.running());
        while running.try_join_next().is_some() {}
        if running.is_empty() {
            return;
        }
        tracing::info!(
            pieces = running.len(),
            "work without a client is finished first"
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
        // After a panic, the set of tasks is still valid.
        locked(&self.running)
    }
}

impl Tasks for BackgroundTasks {
    /// The task's lines in the log carry the id of the request that started it.
    fn start(&self, task: Task) {
        let task = storage::carried(repeats::carried(task));
        let logged = async move {
            if let Err(error) = task.await {
                tracing::warn!(
                    ?error,
                    "work failed after its request was answered, or its client has left"
                );
            }
        };
        let mut running = self.running();
        // Removes the tasks that have ended.
        while running.try_join_next().is_some() {}
        running.spawn_on(logged.in_current_span(), &self.runtime);
    }
}

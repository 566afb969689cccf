//! Keeps a postmaster running until it is stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot::Receiver;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::lock::Lock;
use crate::log::ServerLog;
use crate::server::{Postmaster, Server};
use infra::storage::DiskRoom;

/// The longest pause before a PostgreSQL that does not start is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

pub(crate) struct Supervisor {
    pub(crate) server: Server,
    pub(crate) pid: Arc<AtomicU32>,
    /// Resolves when the service is stopped, and also when its handle is dropped.
    pub(crate) stop: Receiver<()>,
    /// Released after PostgreSQL has stopped.
    pub(crate) lock: Lock,
    pub(crate) storage: Arc<DiskRoom>,
    /// The tasks that watch the disk while this runs.
    pub(crate) watches: [AbortHandle; 3],
}

impl Supervisor {
    pub(crate) async fn run(mut self, mut postmaster: Postmaster) {
        loop {
            self.pid
                .store(postmaster.pid().unwrap_or(0), Ordering::Relaxed);
            let status = tokio::select! {
                biased;
                _ = &mut self.stop => {
                    // Also the watch that would keep a connection open.
                    self.watches.iter().for_each(AbortHandle::abort);
                    postmaster.stop().await;
                    break;
                }
                status = postmaster.exited() => status,
                () = bound_forever(self.server.log.clone()) => continue,
            };
            self.pid.store(0, Ordering::Relaxed);
            match status {
                Ok(status) => tracing::error!(%status, "PostgreSQL died, restarting it"),
                Err(error) => tracing::error!(%error, "PostgreSQL was lost, restarting it"),
            }
            let Some(restarted) = self.restart().await else {
                break;
            };
            postmaster = restarted;
        }
        self.pid.store(0, Ordering::Relaxed);
        self.watches.iter().for_each(AbortHandle::abort);
        drop(self.server);
        drop(self.lock);
    }

    /// Restarts the server. `None` if it was told to stop meanwhile; the server does not run then.
    async fn restart(&mut self) -> Option<Postmaster> {
        let died = Instant::now();
        let mut pause = Duration::from_secs(1);
        loop {
            // A full disk may be the cause; then PostgreSQL needs a little room to start again.
            self.storage.relieve().await;
            let started = tokio::select! {
                biased;
                _ = &mut self.stop => None,
                started = self.server.start() => Some(started),
            };
            match started {
                Some(Ok(postmaster)) => {
                    let milliseconds = died.elapsed().as_millis();
                    tracing::info!(milliseconds, "PostgreSQL is back");
                    return Some(postmaster);
                }
                Some(Err(error)) => tracing::error!(%error, "PostgreSQL could not be restarted"),
                None => {
                    // The start was cut off, and may have left a postmaster behind.
                    if let Err(error) = self.server.stop_orphan().await {
                        tracing::error!(%error, "PostgreSQL could not be stopped");
                    }
                    return None;
                }
            }
            tokio::select! {
                biased;
                _ = &mut self.stop => return None,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

async fn bound_forever(log: ServerLog) {
    let mut ticks = interval(Duration::from_secs(5));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let log = log.clone();
        match tokio::task::spawn_blocking(move || log.bound()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "could not shorten PostgreSQL's log"),
            // The runtime is shutting down.
            Err(_) => std::future::pending().await,
        }
    }
}

use super::{PurgeQueue, Reclaimed};
use crate::clock::Clock;
use crate::error::Result;
use crate::shares::ShareService;
use std::sync::Arc;
use std::time::Duration;

/// Works off the queue, step by step.
pub struct PurgeService {
    queue: Arc<dyn PurgeQueue>,
    clock: Arc<dyn Clock>,
}

impl PurgeService {
    /// How long to rest when there is nothing to do.
    const IDLE: Duration = Duration::from_secs(1);

    pub fn new(queue: Arc<dyn PurgeQueue>, clock: Arc<dyn Clock>) -> Self {
        Self { queue, clock }
    }

    /// One step, and how long to rest before the next: as long as the step took, so that running
    /// traffic always has at least half of the database.
    pub async fn step(&self) -> Result<(Reclaimed, Duration)> {
        let begun = self.clock.now();
        let reclaimed = self.queue.reclaim().await?;
        let rest = match reclaimed {
            Reclaimed::Rows(_) => (self.clock.now() - begun).to_std().unwrap_or_default(),
            Reclaimed::Nothing => Self::IDLE,
        };
        Ok((reclaimed, rest))
    }

    /// Forgets links that ended so long ago that nobody is told of them any more; says whether there
    /// may be more.
    pub async fn forget_links(&self) -> Result<bool> {
        let before = self.clock.now() - ShareService::REMEMBERED;
        let forgotten = self.queue.forget_links(before).await?;
        Ok(forgotten != Reclaimed::Nothing)
    }

    /// How long the queue is, and how many seconds its oldest entry has waited.
    pub async fn backlog(&self) -> Result<(u64, i64)> {
        let state = self.queue.state().await?;
        let age = state
            .oldest
            .map_or(0, |oldest| (self.clock.now() - oldest).num_seconds());
        Ok((state.length, age))
    }
}

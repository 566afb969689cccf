use super::PurgeStore;
use crate::clock::Clock;
use crate::error::Result;
use crate::jobs::{Job, JobKind, Portion, Step, Work};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Purges deleted data.
#[derive(Clone)]
pub struct PurgeService {
    pub store: Arc<dyn PurgeStore>,
    pub clock: Arc<dyn Clock>,
}

impl PurgeService {
    /// Forgets links that ended before this time: readers get 404 for these. Returns whether there
    /// may be more.
    pub async fn forget_links(&self, before: DateTime<Utc>, portion: Portion) -> Result<bool> {
        Ok(self.store.forget_links(before, portion).await? > 0)
    }
}

#[async_trait::async_trait]
impl Work for PurgeService {
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step> {
        let now = self.clock.now();
        match job.kind {
            JobKind::Versions => self.store.purge_versions(job, portion, now).await,
            _ => self.store.purge(job, portion, now).await,
        }
    }
}

//! Purging deleted data. A deletion removes the conversation, or the message, at once and leaves
//! its rows to a job.

use crate::clock::Clock;
use crate::error::Result;
use crate::jobs::{Job, JobKind, Portion, Step, Work};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// The rows to purge. Every method is one atomic unit of work: it locks the job's entry, and
/// deletes the entry when all is done.
#[async_trait::async_trait]
pub trait PurgeStore: Send + Sync {
    /// Purges a portion of a deleted conversation. Links to it become tombstones.
    async fn purge(&self, job: &Job, portion: Portion, now: DateTime<Utc>) -> Result<Step>;

    /// Purges a portion of the earlier versions of a deleted message.
    async fn purge_versions(&self, job: &Job, portion: Portion, now: DateTime<Utc>)
    -> Result<Step>;

    /// Forgets some links and tombstones of links that ended before `before`; returns how many.
    async fn forget_links(&self, before: DateTime<Utc>, portion: Portion) -> Result<usize>;
}

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

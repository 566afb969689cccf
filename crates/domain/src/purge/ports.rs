use crate::error::Result;
use crate::jobs::{Job, Portion, Step};
use chrono::{DateTime, Utc};

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

use crate::error::Result;
use chrono::{DateTime, Utc};

/// The conversations whose rows are still to be reclaimed.
#[async_trait::async_trait]
pub trait PurgeQueue: Send + Sync {
    /// Reclaims some of the rows of the oldest entry that no other instance is at; an entry without
    /// rows leaves the queue. Links to what was deleted become tombstones. One small transaction.
    async fn reclaim(&self) -> Result<Reclaimed>;

    /// Forgets some of the links, and tombstones of links, that ended before. One small
    /// transaction.
    async fn forget_links(&self, before: DateTime<Utc>) -> Result<Reclaimed>;

    /// How much there is to do.
    async fn state(&self) -> Result<QueueState>;
}

/// What one step has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclaimed {
    /// So many rows; there may be more.
    Rows(usize),
    /// There was nothing to do, or others are at it.
    Nothing,
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueState {
    pub length: u64,
    /// When the oldest entry was queued.
    pub oldest: Option<DateTime<Utc>>,
}

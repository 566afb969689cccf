use crate::error::Result;
use crate::id::OwnerId;
use chrono::{DateTime, Utc};

/// Where it is kept who has been removed. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait RemovalStore: Send + Sync {
    /// Takes away the owner's credentials, all of them, and remembers the removal. From here on no
    /// statement that begins stores anything for this owner, and the purge queue holds an entry
    /// that outlives those that had begun before. A second time changes nothing.
    async fn remove(&self, owner: OwnerId, now: DateTime<Utc>) -> Result<()>;

    /// Takes away some of what a removed owner has; `false` when nothing was left to take.
    async fn clear(&self, owner: OwnerId, now: DateTime<Utc>) -> Result<bool>;

    /// Who has been removed since then.
    async fn removed_since(&self, time: DateTime<Utc>) -> Result<Vec<(OwnerId, DateTime<Utc>)>>;

    /// Removes one guest who has not been active since `idle_since`, as [`RemovalStore::remove`]
    /// does. `None` when there is none.
    async fn remove_idle_guest(
        &self,
        idle_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<OwnerId>>;

    /// Forgets removals of before `removed_before` and refresh tokens that expired before `now`,
    /// some of them; says how many rows that were.
    async fn tidy(&self, removed_before: DateTime<Utc>, now: DateTime<Utc>) -> Result<usize>;
}

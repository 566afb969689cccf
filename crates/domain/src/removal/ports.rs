use crate::auth::Person;
use crate::error::Result;
use crate::id::OwnerId;
use crate::jobs::{Job, Portion, Step};
use chrono::{DateTime, Utc};

/// The record of removed owners. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait RemovalStore: Send + Sync {
    /// Deletes the person's account and keys, ends their sessions, and records the removal.
    /// Statements that begin later cannot store data for this owner. A job stays until all statements
    /// that began earlier have ended. A second call has no effect. `SessionEnded`, without an effect,
    /// where the person's session has ended.
    ///
    /// An external owner's removal is counted as well, in the same unit of work; `SessionEnded` where
    /// it has been counted since the person's token was read.
    async fn remove(&self, person: Person, now: DateTime<Utc>) -> Result<()>;

    /// Deletes some data of a removed owner; `false` if there was no more.
    async fn clear(&self, owner: OwnerId, now: DateTime<Utc>, portion: Portion) -> Result<bool>;

    /// Deletes some data of a removed owner, as a step of the removal's job. When no data was left,
    /// the job runs again at `again`, or ends where that is `None`.
    async fn sweep(
        &self,
        job: &Job,
        portion: Portion,
        now: DateTime<Utc>,
        again: Option<DateTime<Utc>>,
    ) -> Result<Step>;

    /// Removes one guest that has not been active since `idle_since`, as [`RemovalStore::remove`]
    /// does. `None`: no guest is idle for so long.
    async fn remove_idle_guest(
        &self,
        idle_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<OwnerId>>;

    /// Forgets some removals from before `removed_before`, and some refresh tokens that have
    /// expired by the database's clock. Returns how many rows. A removal that still has a job is
    /// kept.
    async fn tidy(&self, removed_before: DateTime<Utc>, portion: Portion) -> Result<usize>;
}

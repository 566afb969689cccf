use crate::auth::Person;
use crate::error::Result;
use crate::id::OwnerId;
use crate::jobs::{Job, Portion, Step};
use chrono::{DateTime, Utc};

/// Where it is kept who has been removed. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait RemovalStore: Send + Sync {
    /// Takes away the person's account and keys, ends their sessions, and remembers the removal. From
    /// here on no statement that begins stores anything for this owner, and there is a job that
    /// outlives those that had begun before. A second time changes nothing. `SessionEnded`, and
    /// nothing changes, where the person's session has ended.
    async fn remove(&self, person: Person, now: DateTime<Utc>) -> Result<()>;

    /// Takes away some of what a removed owner has; `false` when nothing was left to take.
    async fn clear(&self, owner: OwnerId, now: DateTime<Utc>, portion: Portion) -> Result<bool>;

    /// Does the same for the job that a removal has left. When nothing was left to take, it is
    /// looked for again at `again`, or where that is `None` no more.
    async fn sweep(
        &self,
        job: &Job,
        portion: Portion,
        now: DateTime<Utc>,
        again: Option<DateTime<Utc>>,
    ) -> Result<Step>;

    /// Who has been removed since then.
    async fn removed_since(&self, time: DateTime<Utc>) -> Result<Vec<(OwnerId, DateTime<Utc>)>>;

    /// Removes one guest who has not been active since `idle_since`, as [`RemovalStore::remove`]
    /// does. `None` when there is none.
    async fn remove_idle_guest(
        &self,
        idle_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<OwnerId>>;

    /// Forgets removals of before `removed_before` and refresh tokens that have expired by the
    /// database's clock, some of them; says how many rows that were. A removal that has a job left is
    /// remembered.
    async fn tidy(&self, removed_before: DateTime<Utc>, portion: Portion) -> Result<usize>;
}

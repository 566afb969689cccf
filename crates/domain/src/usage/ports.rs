use super::Usage;
use crate::auth::UserKind;
use crate::error::Result;
use crate::id::OwnerId;
use crate::jobs::{Job, JobKind, Portion, Step};
use chrono::{DateTime, Utc};

/// The counted usage of owners. Every method is one atomic unit of work.
#[async_trait::async_trait]
pub trait UsageStore: Send + Sync {
    /// The last counts of these owners; titles are counted since `midnight`.
    async fn find(&self, owners: &[OwnerId], midnight: DateTime<Utc>) -> Result<Vec<Counted>>;

    /// Leaves a job of a kind for each of these owners.
    async fn leave_jobs(&self, kind: JobKind, owners: &[OwnerId], due: DateTime<Utc>)
    -> Result<()>;

    /// Counts the usage of the job's owner: the conversations and their sizes, which each write
    /// keeps up to date; no text is read. First measures a portion of the conversations without a
    /// known size: those from before sizes were kept, and those that an earlier version has
    /// changed.
    async fn count(&self, job: &Job, portion: Portion, now: DateTime<Utc>) -> Result<Step>;

    /// Counts a title that a model will be asked for; `false` when the limit since `midnight` is
    /// reached, and it is not counted.
    async fn take_title(&self, owner: OwnerId, midnight: DateTime<Utc>, most: u64) -> Result<bool>;
}

/// The counted usage of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub owner: OwnerId,
    pub kind: UserKind,
    pub usage: Usage,
    /// `None`: never counted.
    pub counted_at: Option<DateTime<Utc>>,
}

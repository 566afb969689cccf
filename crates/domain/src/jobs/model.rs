use crate::id::{ConversationId, OwnerId};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// The kind of a job. An owner's jobs are done in this order: small ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Counts an owner's usage.
    Usage,
    /// Asks a model for a title.
    Title,
    /// Forgets ended links and tombstones. One of the service's own jobs.
    Links,
    /// Forgets expired sessions and old removals. One of the service's own jobs.
    Credentials,
    /// Forgets expired answers to repeats. One of the service's own jobs.
    Repeats,
    /// Abandons responses whose servers have died. One of the service's own jobs.
    Responses,
    /// Deletes old responses that have no conversation. One of the service's own jobs.
    OldResponses,
    /// Removes guests that have been idle for too long. One of the service's own jobs.
    IdleGuests,
    /// Deletes the data of a removed owner.
    Removal,
    /// Purges earlier versions of a deleted message, and ends the links to it.
    Versions,
    /// Purges the items of a deleted conversation.
    Purge,
    /// Indexes an owner's new and changed texts for search.
    Search,
    /// Leaves such jobs for owners whose texts are not all indexed. One of the service's own jobs.
    Unindexed,
}

impl JobKind {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Title => "title",
            Self::Links => "links",
            Self::Credentials => "credentials",
            Self::Repeats => "repeats",
            Self::Responses => "responses",
            Self::OldResponses => "old_responses",
            Self::IdleGuests => "idle_guests",
            Self::Removal => "removal",
            Self::Versions => "versions",
            Self::Purge => "purge",
            Self::Search => "search",
            Self::Unindexed => "unindexed",
        }
    }
}

/// A waiting job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub owner: OwnerId,
    pub kind: JobKind,
    /// The object of the job.
    pub key: Ulid,
    /// The conversation of the job: its object, or the one that contains it.
    pub conversation: Option<ConversationId>,
    pub created_at: DateTime<Utc>,
    /// How many attempts in a row have failed.
    pub attempts: u32,
}

impl Job {
    /// The owner of the service's own jobs; it comes after all other owners.
    pub const SERVICE: OwnerId = OwnerId::new(Ulid(u128::MAX));
    /// An id before all owners.
    pub const START: OwnerId = OwnerId::new(Ulid(0));
}

/// The waiting jobs of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub kind: JobKind,
    pub length: u64,
    /// When the oldest one was added.
    pub oldest: DateTime<Utc>,
}

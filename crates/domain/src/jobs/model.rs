use crate::id::{ConversationId, OwnerId};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// What kind of work it is. An owner's jobs are done in this order: first what is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What an owner uses is counted.
    Usage,
    /// A model is to write a title.
    Title,
    /// Links that ended, and what is remembered of them, are forgotten. The service's own.
    Links,
    /// Expired sessions and old removals are forgotten. The service's own.
    Credentials,
    /// Answers that are not repeated any more are forgotten. The service's own.
    Repeats,
    /// Guests who have not come back are removed. The service's own.
    IdleGuests,
    /// What a removed owner has is taken away.
    Removal,
    /// Earlier versions of a deleted message are reclaimed, and the links to it ended.
    Versions,
    /// What was in a deleted conversation is reclaimed.
    Purge,
}

impl Kind {
    /// The word for it in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Title => "title",
            Self::Links => "links",
            Self::Credentials => "credentials",
            Self::Repeats => "repeats",
            Self::IdleGuests => "idle_guests",
            Self::Removal => "removal",
            Self::Versions => "versions",
            Self::Purge => "purge",
        }
    }
}

/// Work that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub owner: OwnerId,
    pub kind: Kind,
    /// What it is about.
    pub key: Ulid,
    /// The conversation that it is about, or in which that is.
    pub conversation: Option<ConversationId>,
    pub created_at: DateTime<Utc>,
    /// How often it failed since it last went on.
    pub attempts: u32,
}

impl Job {
    /// Whose jobs are those of the service itself: they come after everybody's.
    pub const SERVICE: OwnerId = OwnerId::new(Ulid(u128::MAX));
    /// Before the first of all owners.
    pub const START: OwnerId = OwnerId::new(Ulid(0));
}

/// How much of one kind waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub kind: Kind,
    pub length: u64,
    /// When the oldest one came.
    pub oldest: DateTime<Utc>,
}

use crate::error::Result;
use crate::id::{ConversationId, OwnerId};
use crate::items::Role;
use crate::jobs::Job;
use crate::title::Title;
use chrono::{DateTime, Utc};

/// The conversations that wait for a better title than that of their first message. Every method
/// is one atomic unit of work.
#[async_trait::async_trait]
pub trait TitleQueue: Send + Sync {
    /// Leases a due job until `until`, and counts the attempt: if this instance dies, another takes
    /// the job then. `None`: another instance has it, or has done it.
    async fn claim(
        &self,
        job: &Job,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<TitleClaim>>;

    /// Sets this title if the conversation's title still comes from its first message, and deletes
    /// the job. `false`: the conversation kept its title, or was deleted.
    async fn finish(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        title: &Title,
    ) -> Result<bool>;

    /// Postpones the job until `until`.
    async fn put_off(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        until: DateTime<Utc>,
    ) -> Result<()>;

    /// Deletes the job; the conversation keeps its title.
    async fn give_up(&self, owner: OwnerId, conversation: ConversationId) -> Result<()>;
}

/// A conversation that needs a title.
#[derive(Clone, Debug)]
pub struct TitleClaim {
    pub owner: OwnerId,
    pub conversation: ConversationId,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The beginnings of the first messages of the user and the assistant. Empty when no title is
    /// needed: the conversation was deleted, a person has named it, or all its messages were
    /// deleted.
    pub beginning: Vec<TitleMessage>,
}

/// A message, or the beginning of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleMessage {
    pub role: Role,
    pub text: String,
}

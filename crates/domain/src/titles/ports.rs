use crate::conversations::Title;
use crate::error::Result;
use crate::id::{ConversationId, OwnerId};
use crate::items::Role;
use crate::jobs::Job;
use chrono::{DateTime, Utc};

/// The conversations that wait for a better title than that of their first message. Every method
/// is one atomic unit of work.
#[async_trait::async_trait]
pub trait TitleQueue: Send + Sync {
    /// Takes a job that is due until `until`, and counts the attempt: should this instance die,
    /// another takes it up then. `None`: another has it, or has done it.
    async fn claim(
        &self,
        job: &Job,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Claim>>;

    /// Gives the conversation this title if its title is still that of its first message, and takes
    /// the job away. `false`: it kept the title it has, or it is gone.
    async fn finish(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        title: &Title,
    ) -> Result<bool>;

    /// Looks at the job again at `until`.
    async fn put_off(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        until: DateTime<Utc>,
    ) -> Result<()>;

    /// Takes the job away; the conversation keeps the title it has.
    async fn give_up(&self, owner: OwnerId, conversation: ConversationId) -> Result<()>;
}

/// A conversation that is to be named.
#[derive(Clone, Debug)]
pub struct Claim {
    pub owner: OwnerId,
    pub conversation: ConversationId,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// The beginnings of the first things that user and assistant said. Empty when there is nothing
    /// to name: it is gone, somebody has named it, or all of it was deleted.
    pub beginning: Vec<Line>,
}

/// What somebody said, or the beginning of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub role: Role,
    pub text: String,
}

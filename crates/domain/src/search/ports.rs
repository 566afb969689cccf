use super::{SearchFilter, WantedKeys};
use crate::conversations::{Conversation, ConversationList};
use crate::error::{Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::items::Role;
use crate::jobs::{Job, Portion, Step};
use crate::title::Title;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// The index of words. Every method is one atomic unit of work, and sees only the objects of the given
/// owner.
#[async_trait::async_trait]
pub trait SearchStore: Send + Sync {
    /// The newest texts that may match: those whose blocks the index has under the wanted keys, and
    /// those that it does not have yet, or not as they are now.
    async fn candidates(&self, owner: OwnerId, wanted: &CandidateQuery) -> Result<Candidates>;

    /// The current texts of candidates, in the same order, without those that no longer exist:
    /// as many as have a mebibyte, and at least one. `FoundTexts::is_all`: none was left out for
    /// its size.
    async fn texts(&self, owner: OwnerId, candidates: &[Candidate]) -> Result<FoundTexts>;

    /// Whether a filter names a project, or a conversation, that does not exist.
    async fn absent(&self, owner: OwnerId, filter: &SearchFilter) -> Result<Option<Resource>>;

    /// The first conversations of a list, at most `most`, whose titles may match: those that the
    /// index has under the keys, and those whose titles it does not have as they are now. `None`: the
    /// list is of a project that does not exist.
    async fn titled(
        &self,
        owner: OwnerId,
        keys: &WantedKeys,
        list: &ConversationList,
        most: usize,
    ) -> Result<Option<Vec<Conversation>>>;

    /// Looks at the next owners with conversations, at most `most`, and makes sure that what is not
    /// in the index is indexed soon. Returns the last owner; `None`: there are no more.
    async fn leave_jobs(
        &self,
        after: OwnerId,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<Option<OwnerId>>;

    /// Makes sure that what is not in the index is indexed soon.
    async fn leave_job(&self, owner: OwnerId, now: DateTime<Utc>) -> Result<()>;

    /// Indexes a portion of the texts of the job's owner that are not in the index as they are now.
    /// `StorageFull`: the index may not grow now.
    async fn index(&self, job: &Job, portion: Portion, now: DateTime<Utc>) -> Result<Step>;
}

/// Compares texts on other threads than those that answer requests. A permit limits how many.
#[async_trait::async_trait]
pub trait Comparing: Send + Sync {
    /// Runs `work` on `bytes` bytes of text. It fails if there is no permit in time.
    async fn run(&self, owner: OwnerId, bytes: usize, work: Box<dyn FnOnce() + Send>)
    -> Result<()>;
}

/// A request for candidates.
#[derive(Clone, Debug)]
pub struct CandidateQuery {
    pub keys: WantedKeys,
    pub filter: SearchFilter,
    /// Only those before this place, newest first.
    pub before: Ulid,
    /// How many blocks.
    pub most: usize,
    /// About how many texts that the index does not have are wanted.
    pub unindexed: usize,
    /// Whether a walk along the newest blocks would be longer than a look at all blocks that have the words.
    pub is_rare: bool,
}

/// How many of an owner's newest blocks have all words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// So few that a walk does not fill a page.
    Rare,
    /// Neither. A walk for more than `most` blocks takes longer than a look at all blocks that have the words.
    Medium {
        most: usize,
    },
    Common,
}

/// Texts that may match: of the blocks that the index has.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// Newest first.
    pub data: Vec<Candidate>,
    /// Older texts than this place may match, too; `None`: these are all.
    pub reached: Option<Ulid>,
    /// If they were wanted: those that the index did not have before it was asked.
    pub unindexed: Option<UnindexedTexts>,
    pub frequency: Frequency,
}

/// Texts that the index does not have as they are now.
#[derive(Clone, Debug, Default)]
pub struct UnindexedTexts {
    /// Newest first.
    pub data: Vec<Candidate>,
    /// There may be older texts than this place; `None`: these are all.
    pub reached: Option<Ulid>,
    /// The index has all that was stored before this time.
    pub through: Option<DateTime<Utc>>,
}

/// A text that may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The id of the message, or of the conversation for its title.
    pub place: Ulid,
    pub conversation: ConversationId,
}

impl Candidate {
    /// The message; `None`: it is the title.
    pub fn item(self) -> Option<ItemId> {
        (self.place != self.conversation.ulid()).then(|| ItemId::new(self.place))
    }
}

/// The texts of candidates.
#[derive(Clone, Debug)]
pub struct FoundTexts {
    pub texts: Vec<CandidateText>,
    pub is_all: bool,
}

/// The text of a candidate.
#[derive(Clone, Debug)]
pub struct CandidateText {
    pub candidate: Candidate,
    pub title: Option<Title>,
    /// The role and the content of a message; `None`: it is the title.
    pub message: Option<(Role, String)>,
    pub created_at: DateTime<Utc>,
}

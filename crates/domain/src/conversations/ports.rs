use super::{Conversation, ConversationChanges, FlagFilter, NewConversation, Organising, TagKey};
use crate::error::Result;
use crate::id::{ConversationId, OwnerId, ProjectId, Sequence};
use crate::items::Item;
use crate::page::{Limit, Order, Page};
use crate::state::{Checked, Expected};
use chrono::{DateTime, Utc};

/// Where conversations are kept. Every method is one atomic unit of work, and sees only the objects
/// of the given owner.
#[async_trait::async_trait]
pub trait ConversationStore: Send + Sync {
    /// Stores the conversation and its first items, all or none. `false`: its project does not
    /// exist, and the conversation is not stored.
    async fn insert(&self, conversation: &NewConversation, items: &[Item]) -> Result<bool>;

    /// The conversation without its items.
    async fn outline(&self, owner: OwnerId, id: ConversationId) -> Result<Option<Conversation>>;

    /// The conversation with the first batch of its items.
    async fn find_with_items(
        &self,
        owner: OwnerId,
        id: ConversationId,
    ) -> Result<Option<ConversationOpening>>;

    /// `None` when the list is of a project that does not exist.
    async fn list(
        &self,
        owner: OwnerId,
        list: &ConversationList,
    ) -> Result<Option<Page<Conversation>>>;

    /// How many conversations a list has in all, without regard to its page. Counts to `most`.
    async fn count(&self, owner: OwnerId, list: &ConversationList, most: u64) -> Result<u64>;

    async fn update(
        &self,
        owner: OwnerId,
        id: ConversationId,
        changes: &ConversationChanges,
        expected: &Expected,
    ) -> Result<Updated>;

    /// Makes the existing conversations among `ids` unreachable for every reader, and queues their
    /// rows for purging. Returns the ids that existed.
    async fn delete(
        &self,
        owner: OwnerId,
        ids: &[ConversationId],
        now: DateTime<Utc>,
    ) -> Result<Vec<ConversationId>>;

    /// Deletes one conversation, in an expected state only. `false`: it did not exist.
    async fn delete_expected(
        &self,
        owner: OwnerId,
        id: ConversationId,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Checked<bool>>;

    /// Deletes the first `most` conversations of a range. Returns the id of the last one and how
    /// many they were; `None` when the range is empty.
    async fn delete_range(
        &self,
        owner: OwnerId,
        range: IdRange,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<Option<(ConversationId, u64)>>;

    /// Organises the existing conversations among `ids`. Returns the ids of those that it could
    /// organise; `None`: the project to move them to does not exist, and nothing was changed.
    async fn organise(
        &self,
        owner: OwnerId,
        ids: &[ConversationId],
        organising: &Organising,
    ) -> Result<Option<Vec<ConversationId>>>;
}

/// Conversations by their ids, which are in the order of creation.
#[derive(Clone, Copy, Debug)]
pub struct IdRange {
    /// The one before the first; `None`: from the beginning.
    pub after: Option<ConversationId>,
    pub last: ConversationId,
}

/// A conversation and the beginning of its items.
#[derive(Clone, Debug)]
pub struct ConversationOpening {
    pub conversation: Conversation,
    pub items: Vec<Item>,
    /// The sequence number of the last item; later items came after the opening.
    pub last: Sequence,
}

/// The requested page of conversations, and the conversations that it lists.
#[derive(Clone, Debug)]
pub struct ConversationList {
    pub limit: Limit,
    pub order: Order,
    pub project_id: Option<ProjectId>,
    pub flags: FlagFilter,
    /// Only conversations with all of these pairs of metadata.
    pub metadata: Vec<(String, String)>,
    /// Only conversations with all of these tags.
    pub tags: Vec<TagKey>,
    pub sort: ListSort,
}

impl ConversationList {
    /// The newest conversation, whatever it is.
    pub(super) const NEWEST: Self = Self {
        limit: Limit::ONE,
        order: Order::Descending,
        project_id: None,
        flags: FlagFilter {
            archived: None,
            pinned: None,
        },
        metadata: Vec::new(),
        tags: Vec::new(),
        sort: ListSort::Created { after: None },
    };
}

/// The order of a list of conversations, and the place where the page begins.
#[derive(Clone, Debug)]
pub enum ListSort {
    /// By creation; `after` is the last id of the page before.
    Created { after: Option<ConversationId> },
    /// By activity; `after` is the last entry of the page before.
    Updated {
        after: Option<(DateTime<Utc>, ConversationId)>,
    },
}

impl ListSort {
    /// This order, beginning after a conversation.
    #[must_use]
    pub fn after(&self, last: &Conversation) -> Self {
        match self {
            Self::Created { .. } => Self::Created {
                after: Some(last.id),
            },
            Self::Updated { .. } => Self::Updated {
                after: Some((last.updated_at, last.id)),
            },
        }
    }
}

/// The result of a change.
#[derive(Clone, Debug)]
pub enum Updated {
    Done(Box<Conversation>),
    NoConversation,
    /// The project does not exist, and the conversation was not changed.
    NoProject,
    /// It is not in the expected state, and was not changed.
    Stale,
}

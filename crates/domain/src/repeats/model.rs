use crate::auth::Digest;
use crate::id::{ConversationId, ItemId, OwnerId, ProjectId};
use ulid::Ulid;

/// Which request it is that may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RepeatKey {
    pub owner: OwnerId,
    /// Of the route and the client's key, or random.
    pub key: Digest,
}

/// What a request has come to: enough to answer it again from what it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status of its answer.
    pub status: u16,
    pub made: Made,
    /// Why a model's reply ends, in the provider's word.
    pub finish_reason: Option<String>,
}

/// What a request made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    Conversation(ConversationId),
    Item(ConversationId, ItemId),
    /// A message that came through a link, in a conversation of this owner's.
    SharedItem(OwnerId, ConversationId, ItemId),
    Project(ProjectId),
    /// A link, by its place.
    Share(ConversationId, Ulid),
    /// Conversations that are gone.
    Deleted(Vec<ConversationId>),
    /// The end of a turn in a conversation, and what was kept of its reply; no conversation where no
    /// turn was ended.
    Cancelled(Option<ConversationId>, Option<ItemId>),
    /// A turn of a chat, by its reply; by its last message, where it was ended before there was one.
    Turn(ConversationId, ItemId),
}

impl Outcome {
    pub fn created(made: Made) -> Self {
        Self::of(201, made)
    }

    pub fn done(made: Made) -> Self {
        Self::of(200, made)
    }

    fn of(status: u16, made: Made) -> Self {
        Self {
            status,
            made,
            finish_reason: None,
        }
    }
}

use crate::id::{ConversationId, ItemId, OwnerId, ProjectId, ResponseId};
use crate::secret::Digest;
use chrono::TimeDelta;
use ulid::Ulid;

/// How long a claim is leased to its instance; the instance renews it.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// The identity of a request that may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RepeatKey {
    pub owner: OwnerId,
    /// The digest of the route and the client's key, or a random one.
    pub key: Digest,
}

/// The outcome of a request: enough to answer it again from the object that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status of the answer.
    pub status: u16,
    pub made: Made,
    /// The finish reason of a model's reply, in the provider's word.
    pub finish_reason: Option<String>,
}

/// The object that a request made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    Conversation(ConversationId),
    Item(ConversationId, ItemId),
    /// Messages that were stored together, in order.
    Items(ConversationId, Vec<ItemId>),
    /// A message that came through a link, in a conversation of this owner.
    SharedItem(OwnerId, ConversationId, ItemId),
    Project(ProjectId),
    /// A share link, by its cursor.
    Share(ConversationId, Ulid),
    /// The conversations to which an action on many was done.
    Several(Vec<ConversationId>),
    /// The cancel of a turn: the conversation, and the reply that was kept. No conversation where
    /// no turn was cancelled.
    Cancelled(Option<ConversationId>, Option<ItemId>),
    /// A turn of a chat, by its reply, or by its last message where it was cancelled before the
    /// reply.
    Turn(ConversationId, ItemId),
    /// A response, complete or still to be written.
    Response(ResponseId),
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

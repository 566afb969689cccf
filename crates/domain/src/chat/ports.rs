use crate::conversations::Conversation;
use crate::error::Result;
use crate::id::{ConversationId, OwnerId};
use crate::items::{Content, Role};
use crate::title::Title;
use crate::turns::{Leaving, QueuedTurn};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Where the turns of a chat are kept: the client's messages, and the model's reply.
#[async_trait::async_trait]
pub trait TurnStore: Send + Sync {
    /// Adds the messages at the end of the conversation, in order, all or none, and names an
    /// untitled conversation. The turn leaves the queue in any case. One atomic unit of work.
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        turn: &FinishedTurn,
        leaving: Leaving,
    ) -> Result<StoredTurn>;

    /// Withdraws a conversation that was made for a turn that was not stored. It stays if it is not
    /// in its first state any more: where it was changed, has or had messages, has a link, or where a turn
    /// other than `turn` waits for it. One atomic unit of work.
    async fn withdraw(
        &self,
        owner: OwnerId,
        made: &Conversation,
        turn: Option<QueuedTurn>,
        now: DateTime<Utc>,
    ) -> Result<()>;
}

/// Messages that belong together.
#[derive(Clone, Debug)]
pub struct FinishedTurn {
    pub messages: Vec<TurnMessage>,
    /// The title for an untitled conversation.
    pub title: Option<Title>,
    pub now: DateTime<Utc>,
    /// Whether the last message is the model's reply; a cancelled turn may have no reply.
    pub has_reply: bool,
}

/// A message without its sequence number.
#[derive(Clone, Debug)]
pub struct TurnMessage {
    /// Time and randomness of the id, the same for all of a turn; see [`crate::id::ItemId::at`].
    pub seed: Ulid,
    pub role: Role,
    pub content: Content,
    /// The model's thoughts before this message.
    pub reasoning: Option<String>,
    /// The model that wrote the message, where a model did.
    pub model: Option<String>,
}

/// The result of storing a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredTurn {
    /// All messages are stored. `title` is the conversation's title now.
    Done { title: Option<Title> },
    /// Not stored: the conversation does not exist, or not any more.
    NoConversation,
    /// Not stored: the conversation would hold too many messages.
    Full,
    /// Not stored: the turn was delayed for so long that others were answered first.
    Overtaken,
}

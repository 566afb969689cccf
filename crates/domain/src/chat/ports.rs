use crate::conversations::Title;
use crate::error::Result;
use crate::id::{ConversationId, OwnerId};
use crate::items::{Content, Role};
use crate::turns::Leaving;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Where the turns of a chat are kept: what was said, and what the model replied.
#[async_trait::async_trait]
pub trait TurnStore: Send + Sync {
    /// Adds the messages at the end of the conversation, in order, together or not at all; names an
    /// untitled one. The turn leaves the queue in any case. One atomic unit of work.
    async fn store(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        turn: &Turn,
        leaving: Leaving,
    ) -> Result<StoredTurn>;
}

/// Messages that belong together.
#[derive(Clone, Debug)]
pub struct Turn {
    pub messages: Vec<TurnMessage>,
    /// The title the conversation gets if it has none.
    pub title: Option<Title>,
    pub now: DateTime<Utc>,
    /// Whether the last message is the model's reply: one that was ended may have none.
    pub has_reply: bool,
}

/// A message that has everything but its place.
#[derive(Clone, Debug)]
pub struct TurnMessage {
    /// Time and randomness of the id-to-be; see [`crate::id::ItemId::at`].
    pub seed: Ulid,
    pub role: Role,
    pub content: Content,
    /// What a model thought before it wrote this.
    pub reasoning: Option<String>,
    /// The model that wrote it, where a model did.
    pub model: Option<String>,
}

/// What became of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredTurn {
    /// All of it is stored; the conversation's title by now.
    Done { title: Option<Title> },
    /// Nothing is stored: there is no such conversation, or none any more.
    NoConversation,
    /// Nothing is stored: it would be more than a conversation holds.
    Full,
    /// Nothing is stored: the turn was not in the queue any more.
    Overtaken,
}

use crate::admission::BodyMemory;
use crate::id::ConversationId;
use crate::items::{Content, Reasoning, Role};

/// A message that a client adds to a conversation.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The index of the message in the request, from 0.
    pub at: usize,
    pub role: Role,
    pub content: Content,
    /// A model's thoughts before it.
    pub reasoning: Option<Reasoning>,
    /// Content other than text that cannot be stored: a new message with it is refused.
    pub unkept: Option<Unkept>,
}

/// A part or a field of a message that cannot be stored.
#[derive(Clone, Debug)]
pub struct Unkept {
    /// Its path in the request.
    pub param: String,
    /// The sentence for the client.
    pub why: String,
}

/// A client's request for a chat completion.
#[derive(Debug)]
pub struct CompleteChat {
    /// The request of OpenAI's API, which is passed on.
    pub body: String,
    /// The requested model.
    pub model: Option<String>,
    /// Whether the client wants a streamed answer.
    pub streamed: bool,
    /// Where the chat is stored; `None`: not at all.
    pub target: Option<ChatTarget>,
    /// The memory of the request, where the chat outlives it.
    pub memory: BodyMemory,
}

/// The conversation that a chat continues, and the new messages.
#[derive(Clone, Debug)]
pub struct ChatTarget {
    pub conversation: ConversationId,
    /// Whether the messages and the reply are stored in it. Otherwise the model only reads it
    /// before them.
    pub is_stored: bool,
    /// The messages of the request, at least one.
    pub messages: Vec<NewMessage>,
    /// The indexes of blank replies in the request: a client keeps one where a turn was cancelled
    /// before the model said anything. They are not stored.
    pub blank: Vec<usize>,
}

use crate::id::ConversationId;
use crate::items::{Content, Role};

/// A message that a client adds to a conversation.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its place among the messages of the request, from 0.
    pub at: usize,
    pub role: Role,
    pub content: Content,
}

/// A chat completion as a client asks for it.
#[derive(Clone, Debug)]
pub struct CompleteChat {
    /// The request of OpenAI's API, which is passed on.
    pub body: String,
    /// The model it names.
    pub model: Option<String>,
    /// Whether the answer is wanted as it is written.
    pub streamed: bool,
    /// Where it is kept; `None`: nowhere.
    pub place: Option<Place>,
}

/// The conversation that a chat goes on, and what is new in it.
#[derive(Clone, Debug)]
pub struct Place {
    pub conversation: ConversationId,
    /// The messages of the request, at least one.
    pub messages: Vec<NewMessage>,
    /// The places of replies in the request that say nothing: a client keeps one where a turn was
    /// cancelled before anything was said. They are not stored.
    pub blank: Vec<usize>,
}

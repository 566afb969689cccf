use crate::id::ConversationId;
use crate::items::{Content, Role};

/// A message that a client adds to a conversation.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its place among the messages of the request, from 0.
    pub at: usize,
    pub role: Role,
    pub content: Content,
    /// What beside the text cannot be kept: a message that has it and is new is refused.
    pub unkept: Option<Unkept>,
}

/// A part or a field of a message that cannot be kept.
#[derive(Clone, Debug)]
pub struct Unkept {
    /// Its path in the request.
    pub param: String,
    /// The sentence for the client.
    pub why: String,
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

use super::message::{CallPiece, Message};
use crate::error::{Error, Result};
use crate::text;

/// A request to a model.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    /// The earlier messages, oldest first.
    pub context: Vec<Message>,
    pub ask: Ask,
}

/// The question about the context.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The next message of the context. Always streamed.
    Reply {
        /// The server's own model by default.
        model: Option<String>,
        temperature: Option<f64>,
        max_tokens: Option<u32>,
        /// The limit under the name that OpenAI's newer models require.
        max_completion_tokens: Option<u32>,
    },
    /// A request of OpenAI's `POST /chat/completions`: a JSON object that is passed on with all its
    /// fields, also unknown ones. The context precedes its messages; where it names no model, the
    /// server's own is used. `stream` decides the form of the answer: OpenAI's chunks, or one whole
    /// completion.
    Passed(String),
    /// A passed request without some of its messages, which the context contains already. `retold`
    /// has their indexes.
    Resumed { body: String, retold: Vec<usize> },
}

/// A part of an answer; the whole answer, where it was not streamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatChunk {
    /// The JSON object from the provider. A chunk where chunks were requested, even if the provider
    /// has sent one whole completion; otherwise the completion.
    pub json: String,
    /// The next text of the first choice; may be empty.
    pub text: String,
    /// The next thoughts of the model, where the server sends them separately; may be empty.
    pub reasoning: String,
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The answering model, by the provider.
    pub model: Option<String>,
    /// The finish reason of the first choice; `None` as long as it continues.
    pub finish_reason: Option<String>,
    /// Whether the first choice calls a tool.
    pub calls_a_tool: bool,
    /// The next pieces of its calls.
    pub calls: Vec<CallPiece>,
    /// Whether the text is a refusal.
    pub refuses: bool,
    /// The provider's name for content that is not text, such as a picture.
    /// A word of ASCII.
    pub unkept: Option<String>,
}

/// A model that a provider has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub id: String,
    /// Seconds since 1970; 0 where the provider does not say.
    pub created: i64,
    /// Empty where the provider does not say.
    pub owned_by: String,
}

/// A client's options for a reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplyOptions {
    pub(super) model: Option<String>,
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<u32>,
    pub(super) max_completion_tokens: Option<u32>,
}

impl ReplyOptions {
    /// Checks the options. `model`: 1 to 256 characters. `temperature`: 0 to 2, as in OpenAI's API.
    /// `max_tokens` and `max_completion_tokens`: a whole number, 1 to 1,000,000, and only one of
    /// them.
    pub fn parse(
        model: Option<String>,
        temperature: Option<f64>,
        max_tokens: Option<f64>,
        max_completion_tokens: Option<f64>,
    ) -> Result<Self> {
        if let Some(model) = &model {
            text::check("model", model, 1..=256)?;
        }
        if temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
            return Err(Error::invalid("temperature", "temperature must be 0 to 2."));
        }
        let tokens = |name: &'static str, tokens: Option<f64>| {
            let Some(tokens) = tokens else {
                return Ok(None);
            };
            let is_count = (1.0..=1e6).contains(&tokens) && tokens.fract() == 0.0;
            // A whole number within the limits converts without loss.
            is_count.then_some(Some(tokens as u32)).ok_or_else(|| {
                let message = format!("{name} must be a whole number, 1 to 1,000,000.");
                Error::invalid(name, message)
            })
        };
        if max_tokens.is_some() && max_completion_tokens.is_some() {
            let message = "max_completion_tokens and max_tokens say the same: send one of them.";
            return Err(Error::invalid("max_completion_tokens", message));
        }
        Ok(Self {
            model,
            temperature,
            max_tokens: tokens("max_tokens", max_tokens)?,
            max_completion_tokens: tokens("max_completion_tokens", max_completion_tokens)?,
        })
    }
}

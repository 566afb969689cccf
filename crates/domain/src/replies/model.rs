use crate::error::{Error, Result};
use crate::items::Role;
use crate::text;

/// Something that was said, as the model is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

/// What a model is asked.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    /// What was said before, oldest first.
    pub context: Vec<Message>,
    pub ask: Ask,
}

/// What is asked about the context.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The next message of the context. Always streamed.
    Reply {
        /// The server's own by default.
        model: Option<String>,
        temperature: Option<f64>,
        max_tokens: Option<u32>,
        /// The same by the name that OpenAI's newer models take alone.
        max_completion_tokens: Option<u32>,
    },
    /// A request of OpenAI's `POST /chat/completions`: a JSON object that is passed on with all its
    /// fields, whether they are known here or not. The context precedes its messages; a model that
    /// it does not name is the server's own. Its answer comes in as many chunks as it asks for
    /// (`stream`): as OpenAI's chunks, or as one whole completion.
    Passed(String),
    /// The same, where the context has some of its messages already: they are left out, by their
    /// places.
    Resumed { body: String, retold: Vec<usize> },
}

/// A part of an answer; all of it, where it was not to be streamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatChunk {
    /// What the provider sent, a JSON object: a chunk where chunks were asked for, also of a
    /// provider that has sent one whole completion instead; else that.
    pub json: String,
    /// What the first choice goes on to say; may be empty.
    pub text: String,
    /// What the model goes on to think, where its server keeps that apart; may be empty.
    pub reasoning: String,
    /// The model that the provider says is answering.
    pub model: Option<String>,
    /// Why the first choice ends here; `None` as long as it goes on.
    pub finish_reason: Option<String>,
    /// Whether the first choice calls a tool, which is no reply.
    pub calls_a_tool: bool,
    /// The provider's name for something that is said in another form than text, such as a picture.
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

/// How a client wants a reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplyOptions {
    pub(super) model: Option<String>,
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<u32>,
    pub(super) max_completion_tokens: Option<u32>,
}

impl ReplyOptions {
    /// Which of a provider's models: 1 to 256 characters. `temperature`: 0 to 2, as in OpenAI's
    /// API. `max_tokens` and `max_completion_tokens`: a whole number, 1 to 1,000,000, and one of them alone.
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
            // A whole number of that size is one in either type.
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

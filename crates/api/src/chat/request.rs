//! Reads the parts of a request that matter to this service.

use super::fields::{is_text, says_nothing};
use super::messages::ReadMessages;
use super::text;
use super::{Fields, messages};
use crate::error::{ApiError, code};
use crate::extract::{MESSAGES, WireBody};
use crate::repeats::RepeatAnswer;
use domain::admission::BodyMemory;
use domain::chat::{ChatTarget, CompleteChat};
use domain::error::Error;
use domain::id::ConversationId;
use serde::de::{Deserialize, Deserializer};

/// A request of OpenAI's API with all its fields, and the conversation for it.
pub(crate) struct ChatCompletionRequestBody(Fields);

impl<'de> Deserialize<'de> for ChatCompletionRequestBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self)
    }
}

impl ChatCompletionRequestBody {
    pub(crate) fn of(fields: Fields) -> Self {
        Self(fields)
    }

    /// The size of all fields in bytes.
    pub(crate) fn length(&self) -> usize {
        self.0
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum()
    }
}

impl WireBody for ChatCompletionRequestBody {
    const LIMIT: usize = MESSAGES;

    /// A chat that is not stored is not recorded for repeats.
    fn again(&self) -> RepeatAnswer {
        match (self.0.given("conversation"), self.0.given("stream")) {
            (None, _) => RepeatAnswer::NotRecorded,
            (Some(_), Some("true")) => RepeatAnswer::Stream,
            (Some(_), _) => RepeatAnswer::Whole,
        }
    }
}

/// Fields whose answers cannot be stored: calls of the older API, which have no ids, and audio.
const UNSTORABLE: [&str; 3] = ["functions", "function_call", "audio"];

impl TryFrom<ChatCompletionRequestBody> for CompleteChat {
    type Error = ApiError;

    fn try_from(
        ChatCompletionRequestBody(mut fields): ChatCompletionRequestBody,
    ) -> Result<Self, ApiError> {
        let mut nul = None;
        for (name, value) in fields.iter() {
            if text::has_nul(name, value)? {
                nul = Some(name.to_owned());
            }
        }
        let messages = fields.given("messages").ok_or_else(|| {
            ApiError::new(code::MISSING_FIELD, "messages is required.").param("messages")
        })?;
        let messages = messages::split(messages)?;
        let streamed = match fields.given("stream") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                let message = "stream must be true or false.";
                return Err(ApiError::new(code::INVALID_TYPE, message).param("stream"));
            }
        };
        let model = match fields.given("model").map(serde_json::from_str::<String>) {
            None => None,
            Some(Ok(model)) => Some(model),
            Some(Err(_)) => {
                let message = "model must be a string.";
                return Err(ApiError::new(code::INVALID_TYPE, message).param("model"));
            }
        };
        refuse_other_name(&fields)?;
        let target = match conversation(&fields)? {
            None => None,
            Some(conversation) => {
                refuse_unstorable(&fields)?;
                let ReadMessages { messages, blank } = messages::read(&messages)?;
                Some(ChatTarget {
                    conversation,
                    is_stored: true,
                    messages,
                    blank,
                })
            }
        };
        // The checks of single fields name the field more exactly.
        if let Some(name) = nul {
            let message = format!("{name} contains the NUL character (U+0000).");
            return Err(ApiError::new(code::NUL_CHARACTER, message).param(name));
        }
        fields.remove("conversation");
        Ok(Self {
            body: fields.written().map_err(crate::stream::internal)?,
            model,
            streamed,
            target,
            memory: BodyMemory::default(),
        })
    }
}

/// Refuses the field's name in other endpoints: the provider would ignore the field, and the chat
/// would not be stored although the client asked for it.
fn refuse_other_name(fields: &Fields) -> Result<(), ApiError> {
    const OTHER: &str = "conversation_id";
    if fields.get(OTHER).is_none() {
        return Ok(());
    }
    let message = "conversation_id is not a field here; the field is `conversation`.";
    Err(ApiError::new(code::UNKNOWN_FIELD, message).param(OTHER))
}

/// An id, or an object with an id.
fn conversation(fields: &Fields) -> Result<Option<ConversationId>, ApiError> {
    let Some(raw) = fields.given("conversation") else {
        return Ok(None);
    };
    let mistyped = || {
        let message = "conversation must be an id, or an object with an id.";
        ApiError::new(code::INVALID_TYPE, message).param("conversation")
    };
    let (id, param) = match serde_json::from_str::<String>(raw) {
        Ok(id) => (id, "conversation"),
        Err(_) => {
            let fields = Fields::parse(raw).map_err(|_| mistyped())?;
            let id = fields.get("id").ok_or_else(mistyped)?;
            if let Some((name, _)) = fields.iter().find(|(name, _)| *name != "id") {
                let param = format!("conversation.{name}");
                let message = format!("{param} is not a field here.");
                return Err(ApiError::new(code::UNKNOWN_FIELD, message).param(param));
            }
            (
                serde_json::from_str(id).map_err(|_| mistyped())?,
                "conversation.id",
            )
        }
    };
    let id = ConversationId::parse(&id).map_err(|error| error.named_by(param))?;
    Ok(Some(id))
}

fn refuse_unstorable(fields: &Fields) -> Result<(), ApiError> {
    // In JSON, 1.0 is also a whole number.
    let is_one = |n: &str| serde_json::from_str::<f64>(n).is_ok_and(|n| n == 1.0);
    if fields.given("n").is_some_and(|n| !is_one(n)) {
        let message = "n must be 1 with a conversation, which keeps one reply.";
        return Err(Error::unkept("n", message).into());
    }
    let texts_alone =
        |modalities: &str| serde_json::from_str(modalities).ok() == Some(["text".to_owned()]);
    if fields
        .given("modalities")
        .is_some_and(|modalities| !texts_alone(modalities))
    {
        let message = "modalities must be [\"text\"] with a conversation, which keeps only texts.";
        return Err(Error::unkept("modalities", message).into());
    }
    for name in UNSTORABLE {
        let asks_for_it = |value: &str| !says_nothing(value) && !is_text(value, "none");
        if fields.get(name).is_some_and(asks_for_it) {
            let message = format!(
                "{name} cannot be used with a conversation, which does not keep its answers. Leave \
                 it out, or leave out conversation."
            );
            return Err(Error::unkept(name, message).into());
        }
    }
    Ok(())
}

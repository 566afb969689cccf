use super::{Cut, ItemEntry, OutputItem};
use crate::admission::BodyMemory;
use crate::conversations::Conversation;
use crate::error::Error;
use crate::error::ProviderFailure;
use crate::id::{ConversationId, ItemId, ResponseId, Sequence};
use chrono::{DateTime, Utc};
use std::collections::HashSet;

/// A response, complete or still being written.
#[derive(Clone, Debug)]
pub struct Response {
    pub id: ResponseId,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub status: Status,
    pub is_background: bool,
    /// The conversation that it continues.
    pub conversation: Option<ConversationId>,
    /// The response that it continues.
    pub previous: Option<ResponseId>,
    /// The fields of the request that the response repeats: a JSON object.
    pub settings: String,
    /// The model that answers, by the provider.
    pub model: Option<String>,
    /// The number of the first item of the input. The other items follow.
    pub first: Sequence,
    /// How many items the input has.
    pub input_count: u32,
    pub output: Vec<OutputItem>,
    /// The numbers of its items that were deleted from its conversation. They are no longer shown.
    pub deleted: HashSet<u32>,
    /// How the output came.
    pub cuts: Vec<Cut>,
    pub usage: Option<TokenUsage>,
    /// Why it failed.
    pub failed: Option<Failed>,
    /// Why it is incomplete.
    pub cut_by: Option<CutBy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    InProgress,
    Completed,
    Failed,
    Incomplete,
    Cancelled,
}

/// Why a response is incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutBy {
    /// The most tokens that the client allows, or the model can write.
    Length,
    /// A filter of the provider.
    Filter,
}

/// The tokens of a response, as the provider counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    pub input: u32,
    /// Those of the input that the provider had cached.
    pub cached: u32,
    pub output: u32,
    /// Those of the output that are thoughts.
    pub reasoning: u32,
    pub total: u32,
}

/// Why a response failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// In OpenAI's words.
    pub code: String,
    pub message: String,
}

impl Failed {
    pub(super) fn of(error: &Error) -> Self {
        let code = match error {
            Error::Provider(ProviderFailure::RateLimited { .. }) => "rate_limit_exceeded",
            _ => "server_error",
        };
        let message: String = error.to_string().chars().take(1_000).collect();
        Self {
            code: code.to_owned(),
            message: message.replace('\0', ""),
        }
    }

    /// The server that wrote it has died.
    #[must_use]
    pub fn abandoned() -> Self {
        Self {
            code: "server_error".to_owned(),
            message: "The server that wrote this response stopped before it was complete."
                .to_owned(),
        }
    }
}

impl Response {
    /// The id of the output item with this index.
    pub fn output_id(&self, index: usize) -> ItemId {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let before = self.first.0.saturating_add(self.input_count);
        self.id.item(Sequence(before.saturating_add(index)))
    }

    /// The id of the input item with this index.
    pub fn input_id(&self, index: usize) -> ItemId {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.id.item(Sequence(self.first.0.saturating_add(index)))
    }

    /// Whether the output item with this index was deleted from the conversation.
    pub fn is_output_deleted(&self, index: usize) -> bool {
        self.deleted.contains(&self.output_id(index).sequence().0)
    }

    /// Whether the input item with this index was deleted from the conversation.
    pub fn is_input_deleted(&self, index: usize) -> bool {
        self.deleted.contains(&self.input_id(index).sequence().0)
    }

    /// Notes that bytes came for a part, and how many.
    pub(super) fn came(&mut self, output: usize, part: usize, bytes: usize) {
        self.cuts.push(Cut {
            output,
            part,
            bytes,
        });
    }

    /// The bytes of memory that it needs, nearly.
    pub fn bytes(&self) -> usize {
        let output: usize = self.output.iter().map(OutputItem::bytes).sum();
        output + self.settings.len() + self.cuts.len() * size_of::<Cut>()
    }

    pub fn has_ended(&self) -> bool {
        self.status != Status::InProgress
    }
}

/// The items of a response.
#[derive(Clone, Debug)]
pub struct ResponseItems {
    pub response: Response,
    pub input: Vec<ItemEntry>,
}

impl ResponseItems {
    /// The item with this id.
    pub(super) fn find(&self, id: ItemId) -> Option<ItemEntry> {
        let index = id.sequence().0.checked_sub(self.response.first.0)?;
        let index = usize::try_from(index).ok()?;
        let is_deleted = self.response.deleted.contains(&id.sequence().0);
        if self.response.id.item(id.sequence()) != id || is_deleted {
            return None;
        }
        let output = index.checked_sub(self.input.len());
        match output {
            None => self.input.get(index).cloned(),
            Some(index) => self.response.output.get(index).map(OutputItem::entry),
        }
    }
}

/// A client's request for a response.
pub struct CreateResponse {
    /// Whether it is stored.
    pub is_stored: bool,
    pub is_background: bool,
    pub is_streamed: bool,
    pub continued: Continued,
    pub input: Vec<Input>,
    pub instructions: Option<String>,
    pub truncation: Truncation,
    /// The requested model.
    pub model: Option<String>,
    /// The fields of the request that the response repeats: a JSON object.
    pub settings: String,
    /// Fields of the request to the provider: names, and values as JSON.
    pub options: Vec<(String, String)>,
    /// The memory of the request, where the response outlives it.
    pub memory: BodyMemory,
}

/// The conversation or the response that a new response continues.
pub enum Continued {
    Nothing,
    Conversation(ConversationId),
    Response(ResponseId),
}

/// An item of the input.
#[derive(Clone, Debug)]
pub enum Input {
    Item(ItemEntry),
    /// An item that is stored already.
    Reference(ItemId),
}

/// The treatment of input that is too long for the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// The oldest items are left out.
    Auto,
    /// The request fails.
    Disabled,
}

/// The conversation of a response.
pub(super) struct Known {
    pub(super) conversation: Conversation,
    pub(super) last: Sequence,
}

use super::calls::ResponseCalls;
use super::output::OutputContent;
use super::piece;
use super::{CutBy, MessagePart, MessagePartKind, OutputItem, Response, Status};
use crate::error::ProviderFailure;
use crate::items::Content;
use crate::replies::{ChatChunk, ReplyEnding};
use crate::thoughts::{Extent, Split, Splitter};
use crate::visible::can_be_seen;

type Result<T> = std::result::Result<T, ProviderFailure>;

/// Makes the output of a response from a provider's chunks.
#[derive(Default)]
pub(super) struct ResponseDraft {
    splitter: Splitter,
    characters: usize,
    /// White space that becomes part of a text or a thought if anything visible follows.
    blank_text: String,
    blank_thought: String,
    calls: ResponseCalls,
    finish_reason: Option<String>,
}

impl ResponseDraft {
    /// Adds a chunk.
    pub(super) fn add(&mut self, chunk: ChatChunk, response: &mut Response) -> Result<()> {
        let piece = piece::read(&chunk.json);
        let calls = piece.calls.iter();
        let arguments: usize = calls.map(|call| call.arguments.chars().count()).sum();
        let said = chunk.text.chars().count() + chunk.reasoning.chars().count();
        self.characters += said + arguments;
        if self.characters > Content::MAX_CHARACTERS {
            let why = "its reply has more than 1,000,000 characters.";
            return Err(ProviderFailure::lasting(why));
        }
        let calls = piece.calls.iter();
        let has_nul = calls
            .clone()
            .any(|call| call.arguments.contains('\0') || call.name.contains('\0'));
        if has_nul || chunk.text.contains('\0') || chunk.reasoning.contains('\0') {
            let why = "its reply has a NUL character (U+0000).";
            return Err(ProviderFailure::lasting(why));
        }
        if let Some(form) = &chunk.unkept {
            return Err(ProviderFailure::lasting(format!(
                "its reply has something in it that is not text ({form}), and cannot be kept.",
            )));
        }
        response.model = response.model.take().or(chunk.model.and_then(storable));
        // Some servers write `stop` into every chunk, until they have a better reason.
        let is_open = self
            .finish_reason
            .as_deref()
            .is_none_or(|before| before == "stop");
        if is_open {
            self.finish_reason = chunk.finish_reason.or(self.finish_reason.take());
        }
        response.usage = piece.usage.or(response.usage);
        self.think(&chunk.reasoning, response);
        if can_be_seen(&chunk.reasoning) {
            self.splitter.is_after_thoughts();
        }
        let text = chunk.text.strip_suffix(piece.refusal.as_str());
        let split = self.splitter.push(text.unwrap_or(&chunk.text));
        self.tell(split, response);
        self.say(MessagePartKind::Refusal, &piece.refusal, response);
        for call in piece.calls {
            self.calls.add(call, response)?;
        }
        Ok(())
    }

    /// Ends the output, and sets the status.
    pub(super) fn finish(mut self, response: &mut Response) -> Result<()> {
        let reason = self.finish_reason.take().unwrap_or_default();
        let ending = ReplyEnding::of(&reason);
        if ending == ReplyEnding::Failure {
            return Err(ProviderFailure::failed("it gave up midway."));
        }
        let extent = match ending {
            ReplyEnding::Length => Extent::Cut,
            _ => Extent::Whole,
        };
        let rest = self.splitter.end(extent);
        self.tell(rest, response);
        if self.calls.has_nameless() {
            let why = "it called a tool without a name.";
            return Err(ProviderFailure::lasting(why));
        }
        response.cut_by = match ending {
            ReplyEnding::Length => Some(CutBy::Length),
            ReplyEnding::Filter => Some(CutBy::Filter),
            ReplyEnding::Failure | ReplyEnding::Other => None,
        };
        if response.cut_by.is_none() && response.output.is_empty() {
            return Err(ProviderFailure::lasting("its reply is empty."));
        }
        response.status = match response.cut_by {
            None => Status::Completed,
            Some(_) => Status::Incomplete,
        };
        if let (Some(_), Some(last)) = (response.cut_by, response.output.last_mut()) {
            last.is_complete = false;
        }
        Ok(())
    }

    fn tell(&mut self, split: Split, response: &mut Response) {
        self.think(split.thoughts.as_deref().unwrap_or_default(), response);
        self.say(MessagePartKind::Text, &split.text, response);
    }

    fn think(&mut self, thought: &str, response: &mut Response) {
        if thought.is_empty() {
            return;
        }
        let index = response.output.len().saturating_sub(1);
        if let Some(OutputItem {
            kind: OutputContent::Reasoning(text),
            ..
        }) = response.output.last_mut()
        {
            text.push_str(thought);
            return response.came(index, 0, thought.len());
        }
        self.blank_thought.push_str(thought);
        if can_be_seen(&self.blank_thought) {
            let thought = std::mem::take(&mut self.blank_thought);
            let thought = thought.trim_start().to_owned();
            let bytes = thought.len();
            response
                .output
                .push(OutputItem::new(OutputContent::Reasoning(thought)));
            response.came(response.output.len() - 1, 0, bytes);
        }
    }

    fn say(&mut self, kind: MessagePartKind, text: &str, response: &mut Response) {
        if text.is_empty() {
            return;
        }
        let index = response.output.len().saturating_sub(1);
        let open = match response.output.last_mut() {
            Some(OutputItem {
                kind: OutputContent::Message(parts),
                ..
            }) => Some(parts),
            _ => None,
        };
        if let Some(parts) = open {
            let bytes = text.len();
            let text = text.to_owned();
            match parts.last_mut() {
                Some(part) if part.kind == kind => part.text.push_str(&text),
                _ => parts.push(MessagePart { kind, text }),
            }
            let part = parts.len() - 1;
            return response.came(index, part, bytes);
        }
        self.blank_text.push_str(text);
        if can_be_seen(&self.blank_text) {
            let text = std::mem::take(&mut self.blank_text);
            let bytes = text.len();
            let parts = vec![MessagePart { kind, text }];
            response
                .output
                .push(OutputItem::new(OutputContent::Message(parts)));
            response.came(response.output.len() - 1, 0, bytes);
        }
    }
}

/// A model's name, made storable.
fn storable(model: String) -> Option<String> {
    let model: String = model.chars().filter(|c| *c != '\0').take(256).collect();
    (!model.is_empty()).then_some(model)
}

//! The messages of the conversation that come before those of a chat.

use super::NewMessage;
use super::keeping::Keeping;
use crate::conversations::Conversation;
use crate::error::{Error, Result};
use crate::id::{OwnerId, Sequence};
use crate::items::Role;
use crate::replies::prompt::{self, Tied};
use crate::replies::{Context, MessageExtra, PromptSource};
use std::collections::HashSet;

impl Keeping {
    /// The messages of the conversation for the model: as much as fits together with the new
    /// messages.
    pub(super) async fn context(
        &self,
        owner: OwnerId,
        conversation: &Conversation,
        last: Sequence,
        messages: &[NewMessage],
    ) -> Result<Context> {
        let projects = self.stores.projects.as_ref();
        let instruction = match conversation.project_id {
            None => None,
            Some(project) => projects.find_instruction(owner, project).await?,
        };
        let each = messages.iter();
        let asked: usize = each
            .map(|message| prompt::tokens_of(&message.content))
            .sum();
        let later = answers(messages);
        let prompt = PromptSource {
            store: self.stores.replies.as_ref(),
            owner,
            conversation: conversation.id,
            before: last.next(),
            is_asked_later: messages.iter().any(|message| message.role == Role::User),
            later: later.iter().map(|(_, id)| id.clone()).collect(),
        };
        let profile = self.stores.settings.find(owner).await?.in_words();
        let budget = self.context_tokens.saturating_sub(asked);
        let context = prompt.context(instruction, profile, budget).await?;
        match later.into_iter().find(|(_, id)| !has_call(&context, id)) {
            None => Ok(context),
            Some((at, id)) => {
                let message = format!(
                    "The conversation has no call {id:.80} that waits for its output, or the call \
                     is too old for the model to get it."
                );
                let param = format!("messages[{at}].tool_call_id");
                Err(Error::invalid(param, message))
            }
        }
    }
}

/// The indexes and the ids of the outputs whose calls are not among these messages.
fn answers(messages: &[NewMessage]) -> Vec<(usize, String)> {
    let mut called = HashSet::new();
    let mut answers = Vec::new();
    for message in messages {
        match prompt::tied(&message.content) {
            Some(Tied::Call(call)) => {
                called.insert(call.id);
            }
            Some(Tied::Output { call_id, .. }) if !called.contains(&call_id) => {
                answers.push((message.at, call_id));
            }
            Some(Tied::Output { .. }) | None => {}
        }
    }
    answers
}

/// Whether the last message for the model has this call.
fn has_call(context: &Context, id: &str) -> bool {
    match context.messages.last().map(|message| &message.beside) {
        Some(MessageExtra::Calls(calls)) => calls.iter().any(|call| call.id == id),
        _ => false,
    }
}

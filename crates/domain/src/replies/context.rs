//! The part of a conversation that is sent to a model: as much as fits.

use super::message::Message;
use super::prompt;
use super::store::{BATCH, ReplyStore};
use super::tokens::{BYTES_PER_TOKEN, tokens};
use crate::error::Result;
use crate::id::{ConversationId, OwnerId, Sequence};
use crate::items::{Item, Role};
use crate::projects::Instruction;
use std::collections::HashSet;

/// The context for a model.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) messages: Vec<Message>,
    /// Whether items were left out.
    pub(crate) is_truncated: bool,
}

/// A conversation up to one of its items.
pub(crate) struct PromptSource<'a> {
    pub(crate) store: &'a dyn ReplyStore,
    pub(crate) owner: OwnerId,
    pub(crate) conversation: ConversationId,
    /// Only the items before this one belong to the context.
    pub(crate) before: Sequence,
    /// Whether the question comes after all these items, and so is sent in any case.
    pub(crate) is_asked_later: bool,
    /// The ids of the calls that are answered after all these items.
    pub(crate) later: HashSet<String>,
}

impl PromptSource<'_> {
    /// The instruction and the profile, always, and the newest items that fit into `budget` tokens
    /// together with them. The provider gets both, and then the conversation's own instructions, in
    /// one system message. The last question is always included, since the items after it and the
    /// wanted reply make no sense without it. Where earlier items are left out, the context does
    /// not begin with an answer.
    pub(crate) async fn context(
        &self,
        instruction: Option<Instruction>,
        profile: Option<String>,
        budget: usize,
    ) -> Result<Context> {
        let instruction = instruction
            .map(Instruction::into_string)
            .filter(|text| !text.is_empty());
        let leading = [instruction.as_deref(), profile.as_deref()];
        let taken = leading.into_iter().flatten().map(tokens).sum();
        let (mut newest_first, is_truncated) = self.fitting(budget.saturating_sub(taken)).await?;
        if is_truncated {
            self.complete(&mut newest_first).await?;
        }
        let leading = instruction.into_iter().chain(profile);
        let leading = leading.map(|content| Message::text(Role::System, content));
        let items = newest_first.into_iter().rev();
        let items = items.map(|item| (item.role, item.content));
        let items = prompt::messages(items, &self.later);
        Ok(Context {
            messages: leading.chain(items).collect(),
            is_truncated,
        })
    }

    /// The newest items that fit, and whether there are any more.
    async fn fitting(&self, budget: usize) -> Result<(Vec<Item>, bool)> {
        let mut left = budget;
        let mut fitting = Vec::new();
        let mut before = self.before;
        loop {
            let bytes = left * BYTES_PER_TOKEN;
            let batch = self
                .store
                .preceding(self.owner, self.conversation, before, bytes)
                .await?;
            // The store counts thoughts that are still within the texts, and all bytes of parts, so
            // a batch may be short for that reason.
            let is_short = batch.len() < BATCH;
            let is_plain = |item: &Item| item.reasoning.is_none() && item.content.parts().is_none();
            let is_last = batch.is_empty() || is_short && batch.iter().all(is_plain);
            for item in batch {
                let Some(rest) = left.checked_sub(prompt::tokens_of(&item.content)) else {
                    return Ok((fitting, true));
                };
                left = rest;
                before = item.id.sequence();
                fitting.push(item);
            }
            if is_last {
                return Ok((fitting, false));
            }
        }
    }

    /// Makes sure that the context has no reply without its question.
    async fn complete(&self, newest_first: &mut Vec<Item>) -> Result<()> {
        if self.is_asked_later || newest_first.iter().any(|item| item.role == Role::User) {
            leave_out_unasked(newest_first, |item| item.role);
            return Ok(());
        }
        let oldest = newest_first
            .last()
            .map_or(self.before, |item| item.id.sequence());
        let question = self
            .store
            .question(self.owner, self.conversation, oldest)
            .await?;
        match question {
            Some(question) => newest_first.push(question),
            // No user message exists, and the last item is too long.
            None if newest_first.is_empty() => {
                let last = self
                    .store
                    .preceding(self.owner, self.conversation, self.before, 0)
                    .await?;
                newest_first.extend(last.into_iter().next());
            }
            None => {}
        }
        Ok(())
    }
}

/// Leaves out answers whose question is left out: all replies before the first question.
fn leave_out_unasked<T>(newest_first: &mut Vec<T>, role: impl Fn(&T) -> Role) {
    let first = newest_first
        .iter()
        .rposition(|item| role(item) == Role::User);
    let before = newest_first.split_off(first.map_or(0, |first| first + 1));
    let asks = |item: &T| !matches!(role(item), Role::Assistant | Role::Tool);
    newest_first.extend(before.into_iter().filter(asks));
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Assistant, Developer, System, Tool, User};

    #[test]
    fn no_answer_is_sent_without_its_question() {
        for (sent, left) in [
            (vec![Assistant, User, Assistant], vec![User, Assistant]),
            (
                vec![Developer, Assistant, Tool, System, User, Assistant],
                vec![Developer, System, User, Assistant],
            ),
            (vec![System, Assistant], vec![System]),
            (vec![User, Assistant, System], vec![User, Assistant, System]),
            (vec![], vec![]),
        ] {
            let mut newest_first: Vec<_> = sent.into_iter().rev().collect();
            leave_out_unasked(&mut newest_first, |role| *role);
            newest_first.reverse();
            assert_eq!(newest_first, left);
        }
    }
}

//! Writes a reply, in its turn.

use super::draft::called_a_tool;
use super::generation::{Generation, GenerationWriter};
use super::model::{Ask, ChatRequest};
use super::request::{ReplyRequest, ReplyWriting, WantedReply};
use super::store::{Finished, PromptContext, Reply, StoredReply};
use super::{ReplyDraft, WrittenReply};
use crate::admission::{BodyMemory, Caller};
use crate::error::{Conflict, Error, Resource, Result};
use crate::repeats;
use crate::tasks;
use crate::turns::Turn;
use tokio::sync::oneshot;

impl ReplyWriting {
    /// Waits for its turn and writes the reply. Returns a failure if its reader has left.
    pub(super) async fn keep(
        &self,
        asked: ReplyRequest,
        prompt_context: PromptContext,
        beginning: oneshot::Sender<Result<Generation>>,
    ) -> Result<()> {
        let begun = async {
            let (owner, conversation) = (asked.owner, asked.conversation);
            let memory = BodyMemory::default();
            let (turn, has_waited) = self.queue.turn(owner, conversation, memory).await?;
            let wanted = match has_waited {
                false => self.wanted(asked, prompt_context).await,
                // The items around it may have changed while it waited.
                true => match self.prompt_context(owner, conversation, asked.id).await {
                    Ok(prompt_context) => self.wanted(asked, prompt_context).await,
                    Err(error) => Err(error),
                },
            };
            match wanted {
                Ok(wanted) => Ok((turn, wanted)),
                Err(error) => {
                    turn.failed(&error).await;
                    Err(error)
                }
            }
        };
        let (turn, (wanted, is_truncated)) = match begun.await {
            Ok(begun) => begun,
            Err(error) => return tasks::answer(beginning, Err(error)),
        };
        let (writer, generation) = Generation::begin(is_truncated);
        if let Some(claim) = repeats::current()? {
            claim.shows(writer.shown());
        }
        // The reply continues without a client that has disconnected.
        drop(beginning.send(Ok(generation)));
        let outcome = self.write(wanted, &writer, &turn).await;
        if let Err(error) = &outcome {
            turn.failed(error).await;
        }
        // The turn ends before the reader is notified.
        drop(turn);
        writer.end(outcome)
    }

    async fn write(
        &self,
        wanted: WantedReply,
        writer: &GenerationWriter,
        turn: &Turn,
    ) -> Result<Finished> {
        let asked = match &wanted.request.ask {
            Ask::Reply { model, .. } => model.clone(),
            Ask::Passed(_) | Ask::Resumed { .. } => None,
        };
        let caller = Caller::Owner(wanted.owner);
        let mut draft = ReplyDraft::default();
        let answer = self.answer(caller, wanted.request, writer, &mut draft);
        let is_cancelled = turn.until_called(answer).await?.is_none();
        let written = match is_cancelled {
            true => draft.so_far(),
            false => Some(draft.finish()?),
        };
        let Some(written) = written else {
            return Err(turn.cancelled().await);
        };
        let WrittenReply {
            content,
            reasoning,
            model,
            finish_reason,
            ..
        } = written;
        let reply = Reply {
            content: content.ok_or_else(called_a_tool)?,
            reasoning,
            model: model.filter(|model| is_name(model)).or(asked),
            seed: self.ids.ulid(),
            now: self.clock.now(),
        };
        if let Some(claim) = repeats::current()? {
            claim.ends_by(finish_reason.clone());
        }
        let leaving = turn.leaving(is_cancelled);
        let (owner, conversation, target) = (wanted.owner, wanted.conversation, wanted.target);
        let storing = || {
            self.store
                .store(owner, conversation, target, &reply, leaving)
        };
        let stored = turn.persistence().persist(storing).await?;
        turn.has_left();
        match stored {
            StoredReply::Done(generated) => Ok(Finished {
                generated,
                finish_reason,
            }),
            StoredReply::NoConversation => Err(Resource::Conversation.absent()),
            StoredReply::NoItem => Err(Resource::Item.absent()),
            StoredReply::Taken => Err(Error::Conflict(Conflict::ReplyPositionTaken)),
            StoredReply::Full => Err(Error::Conflict(Conflict::ConversationFull)),
            StoredReply::Overtaken => Err(Error::Conflict(Conflict::ConversationLocked)),
        }
    }

    /// Reads the whole answer. Watchers see the text as it comes.
    async fn answer(
        &self,
        caller: Caller,
        request: ChatRequest,
        writer: &GenerationWriter,
        draft: &mut ReplyDraft,
    ) -> Result<()> {
        let mut answer = self.provider.chat(caller, request).await?;
        while let Some(mut chunk) = answer.next().await? {
            writer.tell(&draft.add(&mut chunk)?);
        }
        writer.tell(&draft.rest());
        Ok(())
    }
}

/// Whether a model's name, as its provider sends it, can be stored.
fn is_name(name: &str) -> bool {
    crate::text::check("model", name, 1..=256).is_ok()
}

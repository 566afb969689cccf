//! The answer to a chat that goes into a conversation. It runs in the background: it is completed
//! and stored even when the client disconnects.

use super::audience::{Audience, AudienceEvent, CancelledAnswer, KeptTurn};
use super::made::MadeConversation;
use super::{FinishedTurn, NewMessage, StoredTurn, TurnMessage, TurnStore};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::error::ProviderFailure;
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, OwnerId};
use crate::items::title_from_first;
use crate::items::{Content, Reasoning, Role};
use crate::repeats;
use crate::replies::{CANCELLED, ChatRequest, ModelProvider, ReplyDraft, WrittenReply};
use crate::seen::{Seen, WrittenBy};
use crate::turns::Turn;
use std::sync::Arc;
use tokio::sync::watch;

/// Everything an answer needs to be written and stored.
pub(super) struct AnswerTask {
    pub(super) provider: Arc<dyn ModelProvider>,
    pub(super) turns: Arc<dyn TurnStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) owner: OwnerId,
    pub(super) conversation: ConversationId,
    pub(super) turn: Arc<Turn>,
    pub(super) messages: Vec<NewMessage>,
    pub(super) streamed: bool,
    /// The requested model, for the case that the provider does not name the one that answers.
    pub(super) model: Option<String>,
}

/// An answer that is complete, or was cancelled.
struct Answered {
    /// `None`: the turn was cancelled before the model said anything.
    reply: Option<WrittenReply>,
    last: Option<String>,
    is_cancelled: bool,
}

impl AnswerTask {
    /// `made` is the conversation, if it was made for this turn.
    pub(super) async fn run(
        self,
        request: ChatRequest,
        mut audience: Audience,
        made: Option<MadeConversation>,
    ) -> Result<()> {
        let (turn, clock) = (Arc::clone(&self.turn), Arc::clone(&self.clock));
        let kept = match self.write(request, &mut audience).await {
            Ok(written) => self.store(written).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &kept {
            turn.failed(error).await;
        }
        // The turn ends before the readers are notified.
        drop(turn);
        let made = match (&kept, made) {
            (Err(error), Some(made)) => made.failed(error, clock.now()).await,
            _ => None,
        };
        let sent = audience.end(kept.map_or_else(AudienceEvent::Failed, AudienceEvent::Kept));
        match made {
            None => sent,
            Some(made) => sent.and(made.withdraw(clock.now()).await),
        }
    }

    /// Writes the answer until it is complete or cancelled.
    async fn write(&self, request: ChatRequest, audience: &mut Audience) -> Result<Answered> {
        let mut draft = ReplyDraft::with_calls();
        let mut last = None;
        let listening = self.listen(request, &mut draft, &mut last, audience);
        let is_cancelled = self.turn.until_called(listening).await?.is_none();
        // Of a cancelled turn, the part that its client has seen is kept.
        if is_cancelled && let Some(part) = last.take() {
            audience.show(part);
        }
        let reply = match is_cancelled {
            true => draft.so_far(),
            false => Some(draft.finish()?),
        };
        if let Some(claim) = repeats::current()? {
            let ended = || is_cancelled.then(|| CANCELLED.to_owned());
            claim.ends_by(match &reply {
                Some(reply) => reply.finish_reason.clone(),
                None => ended(),
            });
        }
        Ok(Answered {
            reply,
            last,
            is_cancelled,
        })
    }

    /// Shows each part as it comes, except the last: it reports success, so it is shown after the
    /// turn is stored.
    async fn listen(
        &self,
        request: ChatRequest,
        draft: &mut ReplyDraft,
        held: &mut Option<String>,
        audience: &mut Audience,
    ) -> Result<()> {
        let caller = Caller::Owner(self.owner);
        let mut reply = self.provider.chat(caller, request).await?;
        // Repeats of the request also see the text.
        let shown = repeats::current()?.map(|claim| {
            let (shown, written) = watch::channel(Seen::default());
            claim.shows(written);
            shown
        });
        // An answer in one piece is a single last part.
        let mut ended = !self.streamed;
        while let Some(mut chunk) = reply.next().await? {
            ended |= chunk.finish_reason.is_some();
            let by = WrittenBy {
                id: chunk.id.take(),
                model: chunk.model.clone(),
            };
            let split = draft.add(&mut chunk)?;
            if let Some(shown) = &shown {
                shown.send_modify(|seen| {
                    seen.is_by(by);
                    seen.add(&split);
                });
            }
            if let Some(before) = held.take() {
                audience.show(before);
            }
            match ended {
                true => *held = Some(chunk.json),
                false => audience.show(chunk.json),
            }
        }
        let rest = draft.rest();
        if let Some(shown) = &shown {
            shown.send_modify(|seen| seen.add(&rest));
        }
        Ok(())
    }

    async fn store(self, answered: Answered) -> Result<KeptTurn> {
        let Answered {
            reply,
            last,
            is_cancelled,
        } = answered;
        let messages = self.messages.iter();
        let title = title_from_first(messages.map(|message| (message.role, &message.content)));
        let seed = self.ids.ulid();
        let said = self.messages.into_iter().map(|message| TurnMessage {
            seed,
            role: message.role,
            content: message.content,
            reasoning: message.reasoning.map(Reasoning::into_string),
            model: None,
        });
        let mut messages: Vec<_> = said.collect();
        let (now, has_reply) = (self.clock.now(), reply.is_some());
        let mut cancelled = is_cancelled.then(|| CancelledAnswer {
            text: String::new(),
            model: self.model.clone(),
            at: now,
        });
        if let Some(reply) = reply {
            let model = reply.model.or(self.model).and_then(storable);
            let call_id = || format!("call_{}", self.ids.ulid());
            let calls = reply.calls.contents(call_id);
            let calls = calls.map_err(|_| ProviderFailure::lasting("its call cannot be kept."))?;
            if let Some(cancelled) = &mut cancelled {
                let text = reply.content.as_ref().map(Content::as_str);
                cancelled.text = text.unwrap_or_default().to_owned();
                cancelled.model.clone_from(&model);
            }
            let mut reasoning = reply.reasoning;
            let said = reply.content.into_iter().chain(calls);
            messages.extend(said.map(|content| TurnMessage {
                seed,
                role: Role::Assistant,
                content,
                // The thoughts came before all of it.
                reasoning: reasoning.take(),
                model: model.clone(),
            }));
        }
        let turn = FinishedTurn {
            messages,
            title,
            now,
            has_reply,
        };
        let leaving = self.turn.leaving(is_cancelled);
        let (store, conversation) = (&self.turns, self.conversation);
        let storing = || store.store(self.owner, conversation, &turn, leaving);
        let stored = self.turn.persistence().persist(storing).await?;
        self.turn.has_left();
        match stored {
            StoredTurn::Done { title } => Ok(KeptTurn {
                last,
                conversation: self.conversation,
                title,
                cancelled,
            }),
            StoredTurn::NoConversation => Err(absent()),
            StoredTurn::Full => Err(Error::Conflict(Conflict::ConversationFull)),
            StoredTurn::Overtaken => Err(Error::Conflict(Conflict::ConversationLocked)),
        }
    }
}

/// A model's name, made storable.
fn storable(model: String) -> Option<String> {
    let model: String = model.chars().filter(|c| *c != '\0').take(256).collect();
    (!model.is_empty()).then_some(model)
}

/// The error that the conversation of the request does not exist.
pub(super) fn absent() -> Error {
    Resource::Conversation.absent().named_by("conversation")
}

//! Writing a reply, in its turn.

use super::context::{Context, Told};
use super::generation::{Generation, Writer};
use super::model::{Ask, ChatRequest, ReplyOptions};
use super::ports::ModelProvider;
use super::store::{Finished, PromptContext, Reply, ReplyStore, ReplyTarget, Stored};
use super::{Draft, Neighbour, Written};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::items::Role;
use crate::repeats;
use crate::settings::SettingsStore;
use crate::turns::{Called, Ending, Turn, TurnService};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The services and settings for writing a reply.
#[derive(Clone)]
pub(super) struct Writing {
    pub(super) provider: Arc<dyn ModelProvider>,
    pub(super) store: Arc<dyn ReplyStore>,
    pub(super) settings: Arc<dyn SettingsStore>,
    pub(super) queue: Arc<TurnService>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    /// The most tokens of context for a model.
    pub(super) context_tokens: usize,
}

/// A client's request for a reply.
pub(super) struct Asked {
    pub(super) owner: OwnerId,
    pub(super) conversation: ConversationId,
    pub(super) id: ItemId,
    pub(super) options: ReplyOptions,
}

/// A reply to write.
struct Wanted {
    owner: OwnerId,
    conversation: ConversationId,
    place: ReplyTarget,
    request: ChatRequest,
}

/// The place of a reply to an item.
pub(super) fn place(id: ItemId, prompt_context: &PromptContext) -> Result<ReplyTarget> {
    match (prompt_context.role, prompt_context.next) {
        (Role::Assistant, _) => Ok(ReplyTarget::Instead(id)),
        (
            Role::User,
            Some(Neighbour {
                id,
                role: Role::Assistant,
            }),
        ) => Ok(ReplyTarget::Instead(id)),
        (Role::User, Some(_)) => Err(Error::Conflict(Conflict::ReplyPositionTaken)),
        (Role::User, None) if prompt_context.is_full => {
            Err(Error::Conflict(Conflict::ConversationFull))
        }
        (Role::User, None) => Ok(ReplyTarget::After(id)),
        (Role::System | Role::Developer | Role::Tool, _) => Err(Error::invalid(
            "item_id",
            "Only an assistant's message can be written again, and only a user's replied to.",
        )),
    }
}

impl Writing {
    pub(super) async fn prompt_context(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Result<PromptContext> {
        let found = self.store.prompt_context(owner, conversation, id).await?;
        found
            .ok_or_else(|| Resource::Conversation.absent())?
            .ok_or_else(|| Resource::Item.absent())
    }

    /// Waits for its turn and writes the reply. Returns a failure that no reader is left to
    /// receive.
    pub(super) async fn keep(
        &self,
        asked: Asked,
        prompt_context: PromptContext,
        beginning: oneshot::Sender<Result<Generation>>,
    ) -> Result<()> {
        let begun = async {
            let (owner, conversation) = (asked.owner, asked.conversation);
            let (turn, has_waited) = self.queue.turn(owner, conversation, 0).await?;
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
            Err(error) => {
                return match beginning.send(Err(error)) {
                    Ok(()) | Err(Ok(_)) => Ok(()),
                    Err(Err(unheard)) => Err(unheard),
                };
            }
        };
        let (writer, generation) = Generation::begin(is_truncated);
        if let Some(claim) = repeats::current()? {
            claim.shows(writer.shown());
        }
        // A client that has disconnected changes nothing for the reply.
        drop(beginning.send(Ok(generation)));
        let outcome = self.write(wanted, &writer, &turn).await;
        if let Err(error) = &outcome {
            turn.failed(error).await;
        }
        // The turn ends before the reader is told.
        drop(turn);
        writer.end(outcome)
    }

    /// The request to the model, and whether its context is truncated.
    async fn wanted(&self, asked: Asked, prompt_context: PromptContext) -> Result<(Wanted, bool)> {
        let Asked {
            owner,
            conversation,
            id,
            options,
        } = asked;
        let place = place(id, &prompt_context)?;
        let told = Told {
            store: self.store.as_ref(),
            owner,
            conversation,
            before: match place {
                ReplyTarget::Instead(reply) => reply.sequence(),
                ReplyTarget::After(question) => question.sequence().next(),
            },
            is_asked_later: false,
        };
        let profile = self.settings.find(owner).await?.told();
        let Context {
            messages,
            is_truncated,
        } = told
            .context(prompt_context.instruction, profile, self.context_tokens)
            .await?;
        if messages.is_empty() {
            return Err(Error::invalid(
                "item_id",
                "This message is the first one, and its project has no instruction, so a model \
                 has nothing to reply to.",
            ));
        }
        let wanted = Wanted {
            owner,
            conversation,
            place,
            request: ChatRequest {
                context: messages,
                ask: Ask::Reply {
                    model: options.model,
                    temperature: options.temperature,
                    max_tokens: options.max_tokens,
                    max_completion_tokens: options.max_completion_tokens,
                },
            },
        };
        Ok((wanted, is_truncated))
    }

    async fn write(&self, wanted: Wanted, writer: &Writer, turn: &Turn) -> Result<Finished> {
        let asked = match &wanted.request.ask {
            Ask::Reply { model, .. } => model.clone(),
            Ask::Passed(_) | Ask::Resumed { .. } => None,
        };
        let caller = Caller::Owner(wanted.owner);
        let mut draft = Draft::default();
        let called = {
            let called = pin!(turn.called());
            let answer = pin!(self.answer(caller, wanted.request, writer, &mut draft));
            match select(called, answer).await {
                Either::Left((called, _)) => Some(called),
                Either::Right((answered, _)) => {
                    answered?;
                    None
                }
            }
        };
        let written = match called {
            None => Some(draft.finish()?),
            Some(Called::Ended(Ending::Kept)) => draft.so_far(),
            Some(Called::Ended(Ending::Dropped)) => None,
            Some(Called::Overtaken) => return Err(Error::Conflict(Conflict::ConversationLocked)),
        };
        let Some(written) = written else {
            return Err(turn.cancelled().await);
        };
        let Written {
            content,
            reasoning,
            model,
            finish_reason,
        } = written;
        let reply = Reply {
            content,
            reasoning,
            model: model.filter(|model| is_name(model)).or(asked),
            seed: self.ids.ulid(),
            now: self.clock.now(),
        };
        if let Some(claim) = repeats::current()? {
            claim.ends_by(finish_reason.clone());
        }
        let leaving = turn.leaving(called.is_some());
        let stored = self
            .store
            .store(
                wanted.owner,
                wanted.conversation,
                wanted.place,
                &reply,
                leaving,
            )
            .await?;
        turn.has_left();
        match stored {
            Stored::Done(generated) => Ok(Finished {
                generated,
                finish_reason,
            }),
            Stored::NoConversation => Err(Resource::Conversation.absent()),
            Stored::NoItem => Err(Resource::Item.absent()),
            Stored::Taken => Err(Error::Conflict(Conflict::ReplyPositionTaken)),
            Stored::Full => Err(Error::Conflict(Conflict::ConversationFull)),
            Stored::Overtaken => Err(Error::Conflict(Conflict::ConversationLocked)),
        }
    }

    /// Reads the whole answer. Watchers see the text as it comes.
    async fn answer(
        &self,
        caller: Caller,
        request: ChatRequest,
        writer: &Writer,
        draft: &mut Draft,
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

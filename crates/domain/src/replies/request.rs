//! The reply that a client wants: its target, and the request to the model.

use super::Neighbour;
use super::context::{Context, PromptSource};
use super::model::{Ask, ChatRequest, ReplyOptions};
use super::ports::ModelProvider;
use super::store::{PromptContext, ReplyStore, ReplyTarget};
use crate::clock::{Clock, Ids};
use crate::error::{Conflict, Error, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::items::Role;
use crate::settings::SettingsStore;
use crate::turns::TurnService;
use std::collections::HashSet;
use std::sync::Arc;

/// The services and settings for writing a reply.
#[derive(Clone)]
pub(super) struct ReplyWriting {
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
pub(super) struct ReplyRequest {
    pub(super) owner: OwnerId,
    pub(super) conversation: ConversationId,
    pub(super) id: ItemId,
    pub(super) options: ReplyOptions,
}

/// A reply to write.
pub(super) struct WantedReply {
    pub(super) owner: OwnerId,
    pub(super) conversation: ConversationId,
    pub(super) target: ReplyTarget,
    pub(super) request: ChatRequest,
}

/// The target of a reply to an item.
pub(super) fn target(id: ItemId, prompt_context: &PromptContext) -> Result<ReplyTarget> {
    if !prompt_context.is_message {
        return Err(Error::invalid(
            "item_id",
            "Only a message can be regenerated or answered; this item is of another type.",
        ));
    }
    match (prompt_context.role, prompt_context.next) {
        (Role::Assistant, _) => Ok(ReplyTarget::Instead(id)),
        (
            Role::User,
            Some(Neighbour {
                id,
                role: Role::Assistant,
                is_message: true,
            }),
        ) => Ok(ReplyTarget::Instead(id)),
        (Role::User, Some(_)) => Err(Error::Conflict(Conflict::ReplyPositionTaken)),
        (Role::User, None) if prompt_context.is_full => {
            Err(Error::Conflict(Conflict::ConversationFull))
        }
        (Role::User, None) => Ok(ReplyTarget::After(id)),
        (Role::System | Role::Developer | Role::Tool, _) => Err(Error::invalid(
            "item_id",
            "An assistant's message can be regenerated, and a user's message can be answered. This message is neither.",
        )),
    }
}

impl ReplyWriting {
    pub(super) async fn prompt_context(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Result<PromptContext> {
        let found = self.store.prompt_context(owner, conversation, id).await?;
        found.existing()
    }

    /// The request to the model, and whether its context is truncated.
    pub(super) async fn wanted(
        &self,
        asked: ReplyRequest,
        prompt_context: PromptContext,
    ) -> Result<(WantedReply, bool)> {
        let ReplyRequest {
            owner,
            conversation,
            id,
            options,
        } = asked;
        let target = target(id, &prompt_context)?;
        let prompt = PromptSource {
            store: self.store.as_ref(),
            owner,
            conversation,
            before: match target {
                ReplyTarget::Instead(reply) => reply.sequence(),
                ReplyTarget::After(question) => question.sequence().next(),
            },
            is_asked_later: false,
            later: HashSet::new(),
        };
        let profile = self.settings.find(owner).await?.in_words();
        let Context {
            messages,
            is_truncated,
        } = prompt
            .context(prompt_context.instruction, profile, self.context_tokens)
            .await?;
        if messages.is_empty() {
            return Err(Error::invalid(
                "item_id",
                "This message is the first one, and its project has no instruction, so a model \
                 has nothing to reply to.",
            ));
        }
        let wanted = WantedReply {
            owner,
            conversation,
            target,
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
}

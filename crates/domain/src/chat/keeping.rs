//! A chat that goes into a conversation: from the request to the question for the model.

use super::answer_task::{AnswerTask, absent};
use super::audience::{Audience, AudienceEvents};
use super::history;
use super::made::MadeConversation;
use super::{Answering, ChatStores, ChatTarget, CompleteChat, Making};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::error::{Conflict, Error, Result};
use crate::id::OwnerId;
use crate::items::MAX_ITEMS;
use crate::replies::{Ask, ChatRequest, Context, ModelProvider};
use crate::tasks;
use crate::turns::Turn;
use crate::usage::UsageGuard;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The services and data that a stored chat needs.
pub(super) struct Keeping {
    pub(super) provider: Arc<dyn ModelProvider>,
    pub(super) stores: ChatStores,
    pub(super) usage: Arc<UsageGuard>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    /// The most tokens of context for a model.
    pub(super) context_tokens: usize,
}

/// How many messages one request may add, as when a conversation is created.
const MOST_NEW: usize = 100;

/// Sends the client the beginning of its turn.
pub(super) type Beginning = oneshot::Sender<Result<(AudienceEvents, bool)>>;

impl Keeping {
    /// Waits for its turn and answers. Returns a failure if its reader has left.
    pub(super) async fn keep(
        &self,
        owner: OwnerId,
        mut asked: CompleteChat,
        making: Option<Making>,
        beginning: Beginning,
    ) -> Result<()> {
        let made = match making {
            None => None,
            Some(making) => match making.await {
                Ok(made) => Some(made),
                Err(error) => return tasks::answer(beginning, Err(error)),
            },
        };
        let turns = &self.stores.turns;
        let mut made = made.map(|made| MadeConversation::new(Arc::clone(turns), owner, made));
        if let Some((made, target)) = made.as_ref().zip(asked.target.as_mut()) {
            target.conversation = made.id();
        }
        let begun = self.begin(owner, asked, made.as_mut()).await;
        let (generation, request, is_truncated) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let now = self.clock.now();
                let made = match made {
                    None => None,
                    Some(made) => made.failed(&error, now).await,
                };
                let refused = tasks::answer(beginning, Err(error));
                return match made {
                    None => refused,
                    Some(made) => refused.and(made.withdraw(now).await),
                };
            }
        };
        let (audience, events) = Audience::new(self.stores.queue.memory(owner));
        // The answer continues without a client that has disconnected.
        drop(beginning.send(Ok((events, is_truncated))));
        generation.run(request, audience, made).await
    }

    /// Asks the model with the conversation before the messages, without storing them.
    pub(super) async fn pass(&self, owner: OwnerId, asked: CompleteChat) -> Result<Answering> {
        let target = asked.target.ok_or_else(absent)?;
        let conversations = self.stores.conversations.as_ref();
        let outline = conversations.outline(owner, target.conversation).await?;
        let found = outline.ok_or_else(absent)?;
        let last = found.last_sequence;
        let context = self.context(owner, &found, last, &target.messages).await?;
        let request = ChatRequest {
            context: context.messages,
            ask: Ask::Passed(asked.body),
        };
        let answer = self.provider.chat(Caller::Owner(owner), request).await?;
        Ok(Answering::Passed(answer))
    }

    /// Waits for its turn, and determines the messages for the model.
    async fn begin(
        &self,
        owner: OwnerId,
        mut asked: CompleteChat,
        made: Option<&mut MadeConversation>,
    ) -> Result<(AnswerTask, ChatRequest, bool)> {
        let conversation = asked.target.as_ref().map(|target| target.conversation);
        let conversation = conversation.ok_or_else(absent)?;
        let memory = std::mem::take(&mut asked.memory);
        let turn = self.stores.queue.turn(owner, conversation, memory).await;
        let (turn, _) = turn.map_err(|error| error.named_by("conversation"))?;
        if let Some(made) = made {
            made.is_for(&turn);
        }
        let turn = Arc::new(turn);
        let begun = self.ask(owner, asked, Arc::clone(&turn)).await;
        if let Err(error) = &begun {
            turn.failed(error).await;
        }
        begun
    }

    async fn ask(
        &self,
        owner: OwnerId,
        asked: CompleteChat,
        turn: Arc<Turn>,
    ) -> Result<(AnswerTask, ChatRequest, bool)> {
        let CompleteChat {
            body,
            model,
            streamed,
            target,
            ..
        } = asked;
        let ChatTarget {
            conversation,
            messages,
            blank,
            ..
        } = target.ok_or_else(absent)?;
        let conversations = self.stores.conversations.as_ref();
        let outline = conversations.outline(owner, conversation).await?;
        let found = outline.ok_or_else(absent)?;
        let last = found.last_sequence;
        let replies = self.stores.replies.as_ref();
        let retold = history::retold(replies, owner, conversation, last, &messages, &blank).await?;
        let new = messages.into_iter();
        let new = new.filter(|message| retold.binary_search(&message.at).is_err());
        let messages: Vec<_> = new.collect();
        if let Some(unkept) = messages.iter().find_map(|message| message.unkept.clone()) {
            return Err(Error::unkept(unkept.param, unkept.why));
        }
        if messages.len() > MOST_NEW {
            let message =
                "messages must have 1 to 100 new messages when they go into a conversation.";
            return Err(Error::invalid("messages", message));
        }
        let more = u32::try_from(messages.len() + 1).unwrap_or(u32::MAX);
        if found.item_count.saturating_add(more) > MAX_ITEMS {
            return Err(Error::Conflict(Conflict::ConversationFull));
        }
        let Context {
            messages: context,
            is_truncated,
        } = self.context(owner, &found, last, &messages).await?;
        let generation = AnswerTask {
            provider: Arc::clone(&self.provider),
            turns: Arc::clone(&self.stores.turns),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            owner,
            conversation,
            turn,
            messages,
            streamed,
            model,
        };
        let ask = match retold.is_empty() {
            true => Ask::Passed(body),
            false => Ask::Resumed { body, retold },
        };
        Ok((generation, ChatRequest { context, ask }, is_truncated))
    }
}

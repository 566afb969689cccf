use super::generation::{Audience, Events, Generation, absent};
use super::{CompleteChat, NewMessage, Place, TurnStore};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::conversations::{Conversation, ConversationStore};
use crate::error::{Conflict, Error, Result};
use crate::id::{OwnerId, Sequence};
use crate::items::MAX_ITEMS;
use crate::projects::ProjectStore;
use crate::replies::{
    Ask, ChatRequest, ChatStream, Context, Model, ModelProvider, ProviderFailure, ReplyStore,
    Tasks, Told, tokens,
};
use crate::usage::UsageGuard;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The use cases of chats over a model provider.
pub struct ChatService {
    provider: Arc<dyn ModelProvider>,
    stores: ChatStores,
    usage: Arc<UsageGuard>,
    tasks: Arc<dyn Tasks>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// How many tokens a model is told at the most.
    context_tokens: usize,
    models: Mutex<Option<KnownModels>>,
}

/// What the provider said when it was last asked for its models, and when.
struct KnownModels {
    since: DateTime<Utc>,
    said: std::result::Result<Vec<Model>, ProviderFailure>,
}

impl KnownModels {
    /// How long a list is good for.
    const LIST: TimeDelta = TimeDelta::seconds(30);
    /// How long a failure is: long enough for all who waited for it.
    const FAILURE: TimeDelta = TimeDelta::seconds(3);

    fn are_fresh(&self, now: DateTime<Utc>) -> bool {
        let period = match self.said {
            Ok(_) => Self::LIST,
            Err(_) => Self::FAILURE,
        };
        now - self.since < period
    }
}

/// Where chats find what was said, and keep what is.
pub struct ChatStores {
    pub turns: Arc<dyn TurnStore>,
    pub conversations: Arc<dyn ConversationStore>,
    pub projects: Arc<dyn ProjectStore>,
    pub replies: Arc<dyn ReplyStore>,
}

/// An answer, from where it begins.
pub enum Answering {
    /// It is kept nowhere, and ends when nobody reads it any more.
    Passed(Box<dyn ChatStream>),
    /// It goes into a conversation.
    Kept {
        events: Events,
        /// Whether older messages did not fit into what the model is told.
        is_truncated: bool,
    },
}

impl ChatService {
    pub fn new(
        provider: Arc<dyn ModelProvider>,
        stores: ChatStores,
        usage: Arc<UsageGuard>,
        tasks: Arc<dyn Tasks>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        context_tokens: usize,
    ) -> Self {
        Self {
            provider,
            stores,
            usage,
            tasks,
            clock,
            ids,
            context_tokens,
            models: Mutex::default(),
        }
    }

    /// Completes a chat. One that goes into a conversation is refused at once where it cannot be
    /// stored, before a model is asked for nothing.
    pub async fn complete(&self, owner: OwnerId, asked: CompleteChat) -> Result<Answering> {
        let CompleteChat {
            body,
            model,
            streamed,
            place,
        } = asked;
        let ask = Ask::Passed(body);
        let Some(Place {
            conversation,
            messages,
        }) = place
        else {
            let context = Vec::new();
            let request = ChatRequest { context, ask };
            let answer = self.provider.chat(Caller::Owner(owner), request).await?;
            return Ok(Answering::Passed(answer));
        };
        let outline = self
            .stores
            .conversations
            .outline(owner, conversation)
            .await?;
        let (found, last) = outline.ok_or_else(absent)?;
        self.usage.room_for_text(owner)?;
        let more = u32::try_from(messages.len() + 1).unwrap_or(u32::MAX);
        if found.item_count.saturating_add(more) > MAX_ITEMS {
            return Err(Error::Conflict(Conflict::ConversationFull));
        }
        let Context {
            messages: context,
            is_truncated,
        } = self.context(owner, &found, last, &messages).await?;
        let (audience, events) = Audience::new();
        let generation = Generation {
            provider: Arc::clone(&self.provider),
            turns: Arc::clone(&self.stores.turns),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            owner,
            conversation,
            messages,
            streamed,
            model,
        };
        let request = ChatRequest { context, ask };
        self.tasks
            .start(Box::pin(generation.run(request, audience)));
        Ok(Answering::Kept {
            events,
            is_truncated,
        })
    }

    /// What the model is told of the conversation: as much as fits beside the messages that are new.
    async fn context(
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
        let asked: usize = each.map(|message| tokens(message.content.as_str())).sum();
        let told = Told {
            store: self.stores.replies.as_ref(),
            owner,
            conversation: conversation.id,
            before: last.next(),
            is_asked_later: true,
        };
        told.context(instruction, self.context_tokens.saturating_sub(asked))
            .await
    }

    /// The provider's models, as they were a moment ago. Whoever comes while it is being asked
    /// waits for that one answer, even if it is a failure.
    pub async fn models(&self) -> Result<Vec<Model>> {
        let mut known = self.models.lock().await;
        let now = self.clock.now();
        if let Some(known) = known.as_ref().filter(|known| known.are_fresh(now)) {
            return Ok(known.said.clone()?);
        }
        let said = match self.provider.models().await {
            Ok(models) => Ok(models),
            Err(Error::Provider(failure)) => Err(failure),
            Err(error) => return Err(error),
        };
        // Asking may have taken longer than the answer is good for.
        let since = self.clock.now();
        let said = &known.insert(KnownModels { since, said }).said;
        Ok(said.clone()?)
    }
}

use super::generation::Generation;
use super::model::ReplyOptions;
use super::ports::ModelProvider;
use super::request::{ReplyRequest, ReplyWriting, target};
use super::store::ReplyStore;
use crate::clock::{Clock, Ids};
use crate::error::{Error, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::settings::SettingsStore;
use crate::tasks::Tasks;
use crate::turns::TurnService;
use crate::usage::UsageGuard;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The use cases of replies.
pub struct ReplyService {
    writing: ReplyWriting,
    usage: Arc<UsageGuard>,
    tasks: Arc<dyn Tasks>,
}

/// Where replies are stored, and the queue of turns.
pub struct ReplyStores {
    pub store: Arc<dyn ReplyStore>,
    /// Where the profiles of users are.
    pub settings: Arc<dyn SettingsStore>,
    pub queue: Arc<TurnService>,
}

impl ReplyService {
    pub fn new(
        provider: Arc<dyn ModelProvider>,
        stores: ReplyStores,
        usage: Arc<UsageGuard>,
        tasks: Arc<dyn Tasks>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        context_tokens: usize,
    ) -> Self {
        Self {
            writing: ReplyWriting {
                provider,
                store: stores.store,
                settings: stores.settings,
                queue: stores.queue,
                clock,
                ids,
                context_tokens,
            },
            usage,
            tasks,
        }
    }

    /// Lets a model write another reply: another version of the reply `id`, or of the reply right
    /// after the user's message `id`, or the first reply to it where it is the last message.
    /// Returns when it is its turn in the conversation and the model is about to be asked. It runs
    /// in the background from the start, so it continues when the client disconnects.
    pub async fn regenerate(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        options: ReplyOptions,
    ) -> Result<Generation> {
        // Errors in the request are returned before it waits.
        let prompt_context = self.writing.prompt_context(owner, conversation, id).await?;
        target(id, &prompt_context)?;
        self.usage.check_quota_for_text(owner)?;
        let (beginning, begun) = oneshot::channel();
        let writing = self.writing.clone();
        let asked = ReplyRequest {
            owner,
            conversation,
            id,
            options,
        };
        self.tasks.start(Box::pin(async move {
            writing.keep(asked, prompt_context, beginning).await
        }));
        let begun = begun.await;
        begun.map_err(|_| Error::Internal("the turn was abandoned".into()))?
    }
}

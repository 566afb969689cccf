use super::keeping::Keeping;
use super::{Answering, ChatStores, CompleteChat, Making};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::error::ProviderFailure;
use crate::error::{Error, Result};
use crate::id::OwnerId;
use crate::replies::{Ask, ChatRequest, Model, ModelProvider};
use crate::tasks::Tasks;
use crate::usage::UsageGuard;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use tokio::sync::{Mutex, oneshot};

/// The use cases of chats over a model provider.
pub struct ChatService {
    keeping: Arc<Keeping>,
    tasks: Arc<dyn Tasks>,
    models: Mutex<Option<KnownModels>>,
}

/// The provider's last answer about its models, and its time.
struct KnownModels {
    since: DateTime<Utc>,
    said: std::result::Result<Vec<Model>, ProviderFailure>,
}

impl KnownModels {
    /// How long a list of models is remembered.
    const LIST: TimeDelta = TimeDelta::seconds(30);
    /// How long a failure is remembered: long enough for all requests that waited for it.
    const FAILURE: TimeDelta = TimeDelta::seconds(3);

    fn are_fresh(&self, now: DateTime<Utc>) -> bool {
        let period = match self.said {
            Ok(_) => Self::LIST,
            Err(_) => Self::FAILURE,
        };
        now - self.since < period
    }
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
            keeping: Arc::new(Keeping {
                provider,
                stores,
                usage,
                clock,
                ids,
                context_tokens,
            }),
            tasks,
            models: Mutex::default(),
        }
    }

    /// Completes a chat. A stored chat waits for the turns before it. One that cannot be stored is
    /// refused before the model is asked. It runs in the background from the start, so it continues
    /// when the client disconnects.
    ///
    /// `making` makes the conversation of a stored chat instead of a named one. It is called after
    /// all checks, so it makes none for a chat that does not begin. It is withdrawn if the turn is
    /// not stored.
    pub async fn complete(
        &self,
        owner: OwnerId,
        asked: CompleteChat,
        making: Option<Making>,
    ) -> Result<Answering> {
        if asked.target.is_none() {
            let context = Vec::new();
            let ask = Ask::Passed(asked.body);
            let request = ChatRequest { context, ask };
            let provider = self.keeping.provider.as_ref();
            let answer = provider.chat(Caller::Owner(owner), request).await?;
            return Ok(Answering::Passed(answer));
        }
        if asked
            .target
            .as_ref()
            .is_some_and(|target| !target.is_stored)
        {
            return self.keeping.pass(owner, asked).await;
        }
        self.keeping.usage.check_quota_for_text(owner)?;
        let (beginning, begun) = oneshot::channel();
        let keeping = Arc::clone(&self.keeping);
        self.tasks.start(Box::pin(async move {
            keeping.keep(owner, asked, making, beginning).await
        }));
        let begun = begun.await;
        let begun = begun.map_err(|_| Error::Internal("the turn was abandoned".into()))?;
        let (events, is_truncated) = begun?;
        Ok(Answering::Kept {
            events,
            is_truncated,
        })
    }

    /// The provider's models, from a short cache. Requests that come while the provider is asked
    /// wait for the same answer, even if that is a failure.
    pub async fn models(&self) -> Result<Vec<Model>> {
        let mut known = self.models.lock().await;
        let now = self.keeping.clock.now();
        if let Some(known) = known.as_ref().filter(|known| known.are_fresh(now)) {
            return Ok(known.said.clone()?);
        }
        let said = match self.keeping.provider.models().await {
            Ok(models) => Ok(models),
            Err(Error::Provider(failure)) => Err(failure),
            Err(error) => return Err(error),
        };
        // Asking may have taken longer than an answer is remembered.
        let since = self.keeping.clock.now();
        let said = &known.insert(KnownModels { since, said }).said;
        Ok(said.clone()?)
    }
}

use super::wording::{self, ANSWER_BYTES};
use super::{TitleClaim, TitleQueue, answer};
use crate::admission::Caller;
use crate::clock::Clock;
use crate::error::ProviderFailure;
use crate::error::{Error, Result};
use crate::jobs::{Job, Portion, Step, Work};
use crate::replies::{Ask, ChatRequest, ModelProvider};
use crate::title::Title;
use crate::usage::UsageService;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;

/// Names conversations, one after the other.
pub struct TitleService {
    queue: Arc<dyn TitleQueue>,
    usage: UsageService,
    provider: Arc<dyn ModelProvider>,
    clock: Arc<dyn Clock>,
    /// The most tokens of context for a model.
    context_tokens: usize,
}

impl TitleService {
    /// How long a model may take for a title.
    pub const PATIENCE: Duration = Duration::from_secs(300);
    /// How long a new conversation waits. By then its owner has usually asked for the reply to the
    /// first message: the reply comes first, and the title can refer to it.
    pub const SETTLING: TimeDelta = TimeDelta::seconds(2);
    /// How long an entry is leased to an instance.
    const LEASE: TimeDelta = TimeDelta::seconds(360);
    /// The seconds to wait after each failed attempt. After the last pause, one more attempt is
    /// made.
    const PAUSES: [u64; 4] = [10, 60, 600, 3_600];

    pub fn new(
        queue: Arc<dyn TitleQueue>,
        usage: UsageService,
        provider: Arc<dyn ModelProvider>,
        clock: Arc<dyn Clock>,
        context_tokens: usize,
    ) -> Self {
        Self {
            queue,
            usage,
            provider,
            clock,
            context_tokens,
        }
    }

    async fn ask(&self, claim: &TitleClaim) -> Result<Title> {
        let request = ChatRequest {
            context: wording::prompt(&claim.beginning, self.context_tokens),
            // Sets no options, since some models refuse them.
            ask: Ask::Reply {
                model: None,
                temperature: None,
                max_tokens: None,
                max_completion_tokens: None,
            },
        };
        let mut reply = self.provider.chat(Caller::Service, request).await?;
        let mut answer = String::new();
        while let Some(chunk) = reply.next().await? {
            answer.push_str(&chunk.text);
            if answer.len() > ANSWER_BYTES {
                break;
            }
        }
        answer::read(&answer)
            .ok_or_else(|| ProviderFailure::failed("its answer holds no title.").into())
    }

    async fn fail(&self, claim: &TitleClaim, error: Error) -> Result<Step> {
        let (owner, conversation) = (claim.owner, claim.conversation);
        let attempts = usize::try_from(claim.attempt).unwrap_or(usize::MAX);
        let Some(pause) = Self::PAUSES.get(attempts.saturating_sub(1)) else {
            self.queue.give_up(owner, conversation).await?;
            return Ok(Step::GivenUp(error));
        };
        let asked = match &error {
            Error::Provider(
                ProviderFailure::Busy { retry_after }
                | ProviderFailure::RateLimited { retry_after, .. },
            ) => *retry_after,
            _ => 0,
        };
        // A provider may ask for any pause; a day is the most that is accepted.
        let pause = asked.max(*pause).min(86_400);
        let pause = TimeDelta::try_seconds(pause.cast_signed()).unwrap_or_default();
        let until = self.clock.now() + pause;
        self.queue.put_off(owner, conversation, until).await?;
        Ok(Step::Failed(error))
    }
}

#[async_trait::async_trait]
impl Work for TitleService {
    /// Names the conversation. Uses no connection to the database while the model writes.
    async fn step(&self, job: &Job, _: Portion) -> Result<Step> {
        let now = self.clock.now();
        let claimed = self.queue.claim(job, now, now + Self::LEASE).await?;
        let Some(claim) = claimed else {
            return Ok(Step::Taken);
        };
        let (owner, conversation) = (claim.owner, claim.conversation);
        // An attempt whose instance died has not recorded its failure.
        let attempts = usize::try_from(claim.attempt).unwrap_or(usize::MAX);
        if claim.beginning.is_empty() || attempts > Self::PAUSES.len() + 1 {
            self.queue.give_up(owner, conversation).await?;
            return Ok(Step::Done);
        }
        // Above the daily limit, the title of the first message stays.
        if claim.attempt == 1 && !self.usage.take_title(owner).await? {
            self.queue.give_up(owner, conversation).await?;
            return Ok(Step::Done);
        }
        match self.ask(&claim).await {
            Ok(title) => {
                self.queue.finish(owner, conversation, &title).await?;
                Ok(Step::Done)
            }
            Err(error) => self.fail(&claim, error).await,
        }
    }
}

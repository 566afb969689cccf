use super::wording::{self, ANSWER_BYTES};
use super::{Claim, TitleQueue};
use crate::admission::Caller;
use crate::clock::Clock;
use crate::conversations::Title;
use crate::error::{Error, Result};
use crate::replies::{Ask, ChatRequest, ModelProvider, ProviderFailure};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;

/// Works off the queue, one conversation after the other.
pub struct TitleService {
    queue: Arc<dyn TitleQueue>,
    provider: Arc<dyn ModelProvider>,
    clock: Arc<dyn Clock>,
    /// How many tokens a model is told at the most.
    context_tokens: usize,
}

/// What one step has done.
#[derive(Debug)]
pub enum Step {
    /// Nothing was due.
    Nothing,
    /// A conversation has a title by a model now.
    Named,
    /// There was nothing to name any more, or a person was faster.
    Dropped,
    /// The model gave no title; the conversation waits for another attempt.
    PutOff(Error),
    /// The model gave no title, once too often: the title of the first message stays.
    GivenUp(Error),
}

impl TitleService {
    /// How long a model may take for a title.
    pub const PATIENCE: Duration = Duration::from_secs(300);
    /// How long a conversation waits at first: what its owner is waiting for, the reply to the
    /// first message, is asked for by then and comes first, and the title can speak of it.
    const SETTLING: TimeDelta = TimeDelta::seconds(2);
    /// How long an entry is left to the instance that took it.
    const LEASE: TimeDelta = TimeDelta::seconds(360);
    /// Seconds to wait after each attempt that failed; after as many, one more is the last.
    const PAUSES: [u64; 4] = [10, 60, 600, 3_600];

    pub fn new(
        queue: Arc<dyn TitleQueue>,
        provider: Arc<dyn ModelProvider>,
        clock: Arc<dyn Clock>,
        context_tokens: usize,
    ) -> Self {
        Self {
            queue,
            provider,
            clock,
            context_tokens,
        }
    }

    /// Names the conversation that has waited longest. The database is not touched while the model
    /// writes.
    pub async fn step(&self) -> Result<Step> {
        let now = self.clock.now();
        let claimed = self.queue.claim(now - Self::SETTLING, now + Self::LEASE);
        let Some(claim) = claimed.await? else {
            return Ok(Step::Nothing);
        };
        let (owner, conversation) = (claim.owner, claim.conversation);
        // An attempt that ended with its instance has not told that it failed.
        let attempts = usize::try_from(claim.attempt).unwrap_or(usize::MAX);
        if claim.beginning.is_empty() || attempts > Self::PAUSES.len() + 1 {
            self.queue.give_up(owner, conversation).await?;
            return Ok(Step::Dropped);
        }
        match self.ask(&claim).await {
            Ok(title) => match self.queue.finish(owner, conversation, &title).await? {
                true => Ok(Step::Named),
                false => Ok(Step::Dropped),
            },
            Err(error) => self.fail(&claim, error).await,
        }
    }

    async fn ask(&self, claim: &Claim) -> Result<Title> {
        let request = ChatRequest {
            context: wording::prompt(&claim.beginning, self.context_tokens),
            // Nothing is set that some model refuses.
            ask: Ask::Reply {
                model: None,
                temperature: None,
                max_tokens: None,
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
        wording::read(&answer)
            .ok_or_else(|| ProviderFailure::failed("its answer holds no title.").into())
    }

    async fn fail(&self, claim: &Claim, error: Error) -> Result<Step> {
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
        // A provider may ask for any pause; more than a day is none of ours.
        let pause = asked.max(*pause).min(86_400);
        let pause = TimeDelta::try_seconds(pause.cast_signed()).unwrap_or_default();
        let until = self.clock.now() + pause - Self::SETTLING;
        self.queue.put_off(owner, conversation, until).await?;
        Ok(Step::PutOff(error))
    }
}

use crate::clock::Clock;
use crate::error::Result;
use crate::jobs::{Job, JobKind, JobQueue, Portion, Step, Work};
use crate::purge::PurgeService;
use crate::removal::RemovalService;
use crate::repeats::{RepeatService, RepeatStore};
use crate::responses::ResponseStore;
use crate::search::Unindexed;
use crate::shares::ShareService;
use crate::turns::TurnQueue;
use chrono::TimeDelta;
use std::sync::Arc;

/// The service's own jobs, which repeat: they remove expired data, end abandoned responses, and see that all texts
/// are indexed.
pub struct Upkeep {
    pub queue: Arc<dyn JobQueue>,
    pub purge: PurgeService,
    pub removal: RemovalService,
    pub repeats: Arc<dyn RepeatStore>,
    pub turns: Arc<dyn TurnQueue>,
    pub responses: Arc<dyn ResponseStore>,
    pub unindexed: Unindexed,
    pub retention: Retention,
    pub clock: Arc<dyn Clock>,
}

/// How long data is kept; `None`: for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retention {
    /// Guests, after their last activity.
    pub guests: Option<TimeDelta>,
    /// Responses without a conversation, after they were made.
    pub responses: Option<TimeDelta>,
}

impl Upkeep {
    /// The pause when there is no work.
    const REST: TimeDelta = TimeDelta::minutes(1);
    /// The pause before responses are looked at again: they must have ended a minute after their
    /// server died.
    const REST_OF_RESPONSES: TimeDelta = TimeDelta::seconds(20);
    /// The pause before all owners are looked at again.
    const LONG_REST: TimeDelta = TimeDelta::hours(1);
    /// How long a job is leased to an instance.
    const LEASE: TimeDelta = TimeDelta::seconds(30);

    /// The kinds that this instance does.
    pub fn kinds(&self) -> Vec<JobKind> {
        let always = [
            JobKind::Links,
            JobKind::Credentials,
            JobKind::Repeats,
            JobKind::Responses,
            JobKind::Unindexed,
        ];
        let guests = self.retention.guests.map(|_| JobKind::IdleGuests);
        let responses = self.retention.responses.map(|_| JobKind::OldResponses);
        let all = always.into_iter().chain(guests).chain(responses);
        all.collect()
    }

    /// Whether there may be more to forget.
    async fn forget(&self, kind: JobKind, portion: Portion) -> Result<bool> {
        match kind {
            JobKind::Links => {
                let before = self.clock.now() - ShareService::REMEMBERED;
                self.purge.forget_links(before, portion).await
            }
            JobKind::Credentials => Ok(self.removal.tidy(portion).await? > 0),
            JobKind::Repeats => {
                let (store, clock) = (self.repeats.as_ref(), self.clock.as_ref());
                let is_more = RepeatService::forget_expired(store, clock, portion).await?;
                let turns = self.turns.forget_expired(portion.rows().max(1)).await?;
                Ok(is_more || turns > 0)
            }
            JobKind::Responses => {
                let most = portion.rows().max(1);
                let ended = self.responses.abandon_expired(most).await?;
                Ok(u64::try_from(ended).is_ok_and(|ended| ended >= most))
            }
            JobKind::OldResponses => match self.retention.responses {
                Some(retention) => {
                    let before = self.clock.now() - retention;
                    self.responses
                        .delete_older(before, portion.rows(), portion.bytes())
                        .await
                }
                None => Ok(false),
            },
            JobKind::Unindexed => self.unindexed.leave_jobs().await,
            JobKind::IdleGuests => match self.retention.guests {
                Some(retention) => self.removal.remove_idle_guest(retention).await,
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }
}

#[async_trait::async_trait]
impl Work for Upkeep {
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step> {
        let now = self.clock.now();
        if !self.queue.claim(job, now, now + Self::LEASE).await? {
            return Ok(Step::Taken);
        }
        let is_more = self.forget(job.kind, portion).await?;
        let rest = match (is_more, job.kind) {
            (true, _) => TimeDelta::zero(),
            (false, JobKind::Responses) => Self::REST_OF_RESPONSES,
            (false, JobKind::Unindexed) => Self::LONG_REST,
            (false, _) => Self::REST,
        };
        self.queue.again(job, self.clock.now() + rest).await?;
        Ok(if is_more { Step::More } else { Step::Done })
    }
}

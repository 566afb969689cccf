use super::guard::midnight;
use super::{Allowance, Allowances, Usage, UsageStore};
use crate::auth::UserKind;
use crate::clock::Clock;
use crate::error::Result;
use crate::id::OwnerId;
use crate::jobs::{Job, JobKind, Portion, Step, Work};
use std::sync::Arc;

/// The use cases of usage.
#[derive(Clone)]
pub struct UsageService {
    pub allowances: Allowances,
    pub store: Arc<dyn UsageStore>,
    pub clock: Arc<dyn Clock>,
}

impl UsageService {
    /// An owner's usage, as last counted, and allowance. An owner without a recent count is counted
    /// soon.
    pub async fn usage(&self, owner: OwnerId, kind: UserKind) -> Result<(Usage, Allowance)> {
        let now = self.clock.now();
        let found = self.store.find(&[owner], midnight(now)).await?;
        let found = found.first();
        let is_fresh = |at| now - at < chrono::TimeDelta::seconds(20);
        if !found.is_some_and(|found| found.counted_at.is_some_and(is_fresh)) {
            self.store.leave_jobs(JobKind::Usage, &[owner], now).await?;
        }
        let usage = found.map_or_else(Usage::default, |found| found.usage);
        Ok((usage, self.allowances.of(kind)))
    }

    /// Whether a model may be asked for another title for this owner today. Counts the title.
    pub async fn take_title(&self, owner: OwnerId) -> Result<bool> {
        let now = self.clock.now();
        let found = self.store.find(&[owner], midnight(now)).await?;
        let kind = found.first().map_or(UserKind::External, |found| found.kind);
        let most = self.allowances.of(kind).titles_per_day;
        self.store
            .take_title(owner, midnight(now), most.unwrap_or(u64::MAX))
            .await
    }
}

#[async_trait::async_trait]
impl Work for UsageService {
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step> {
        self.store.count(job, portion, self.clock.now()).await
    }
}

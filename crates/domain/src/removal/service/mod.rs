use super::RemovalStore;
use crate::auth::{Actor, Audit, AuditEvent, AuthService};
use crate::auth::{ExternalRemoval, RemovedOwners};
use crate::clock::Clock;
use crate::error::{Error, Forbidden, Result};
use crate::jobs::{Job, Portion, Step, Work};
use chrono::TimeDelta;
use std::sync::Arc;

/// The use cases of removal.
#[derive(Clone)]
pub struct RemovalService {
    pub store: Arc<dyn RemovalStore>,
    pub removed: Arc<RemovedOwners>,
    pub audit: Arc<dyn Audit>,
    pub clock: Arc<dyn Clock>,
}

impl RemovalService {
    /// How long the request itself continues deleting, hundreds of conversations per step. A job
    /// deletes the rest.
    const AT_ONCE: TimeDelta = TimeDelta::seconds(2);
    /// How long a removal is remembered. Our access tokens live for at most an hour.
    const REMEMBERED: TimeDelta = TimeDelta::days(30);
    /// Activity is noted once a day, so a guest may have been active up to a day after the last
    /// note.
    const NOTED: TimeDelta = TimeDelta::days(1);
    /// How long a removed owner's data is searched again. Work that ran at the removal ends within
    /// half a minute, by the limit of every connection; clocks may differ by a minute, and one more
    /// minute is reserve.
    const WATCHED: TimeDelta = TimeDelta::seconds(150);
    /// The pause between two sweeps that found no data.
    const REST: TimeDelta = TimeDelta::seconds(2);

    /// Removes the caller with all their data.
    pub async fn remove(&self, actor: Actor) -> Result<()> {
        let person = actor.person()?;
        if person.owner == AuthService::OPERATOR {
            return Err(Error::Forbidden(Forbidden::Operator));
        }
        let (owner, now) = (person.owner, self.clock.now());
        self.store.remove(person, now).await?;
        self.removed.add(owner, now);
        if let Some(external) = person.external {
            let removals = external.removals + 1;
            let at = external.removed_at(now);
            let removal = ExternalRemoval { removals, at };
            self.removed.add_external(external.first, removal);
        }
        self.audit.record(AuditEvent::AccountRemoved, Some(owner));
        while self.clock.now() - now < Self::AT_ONCE
            && self.store.clear(owner, now, Portion::MOST).await?
        {}
        Ok(())
    }

    /// Removes one guest that has been idle for longer than `retention`, plus at most a day;
    /// `false`: there is no such guest.
    pub async fn remove_idle_guest(&self, retention: TimeDelta) -> Result<bool> {
        let now = self.clock.now();
        let idle_since = now - retention - Self::NOTED;
        let gone = self.store.remove_idle_guest(idle_since, now).await?;
        let Some(owner) = gone else {
            return Ok(false);
        };
        self.removed.add(owner, now);
        self.audit.record(AuditEvent::GuestReclaimed, Some(owner));
        Ok(true)
    }

    /// Forgets some expired data; returns how many rows.
    pub async fn tidy(&self, portion: Portion) -> Result<usize> {
        let now = self.clock.now();
        self.store.tidy(now - Self::REMEMBERED, portion).await
    }
}

#[async_trait::async_trait]
impl Work for RemovalService {
    async fn step(&self, job: &Job, portion: Portion) -> Result<Step> {
        let now = self.clock.now();
        let is_watched = now < job.created_at + Self::WATCHED;
        let again = is_watched.then(|| now + Self::REST);
        self.store.sweep(job, portion, now, again).await
    }
}

#[cfg(test)]
mod tests;

//! The index of words in PostgreSQL.

mod asked;
mod candidates;
mod forget;
mod found;
mod frequency;
mod index;
mod jobs_in_steps;
mod large_owner;
mod stale;
mod statements;
mod texts;
mod titled;
mod titles;

use super::database::Database;
use super::exists;
use super::ids;
use super::jobs::kind;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use domain::admission::Caller;
use domain::conversations::{Conversation, ConversationList};
use domain::error::{Error, Resource, Result};
use domain::id::OwnerId;
use domain::jobs::{Job, JobKind, Portion, Step};
use domain::search::{
    Candidate, CandidateQuery, Candidates, FoundTexts, MAKER, SearchFilter, SearchStore, WantedKeys,
};
use domain::storage::Room as _;
pub(super) use forget::{forget_conversation, forget_owner, note_rename};
use stale::STALE;
pub(super) use statements::forget::{FORGET_ITEM, FORGET_WORDS_OF_ITEM};
use statements::jobs::{LeaveJob, LeaveJobs};
use uuid::Uuid;

/// The index of words, in PostgreSQL.
pub struct PgSearch(pub Database);

#[async_trait::async_trait]
impl SearchStore for PgSearch {
    async fn candidates(&self, owner: OwnerId, wanted: &CandidateQuery) -> Result<Candidates> {
        candidates::find(&self.0, owner, wanted).await
    }

    async fn texts(&self, owner: OwnerId, candidates: &[Candidate]) -> Result<FoundTexts> {
        texts::find(&self.0, owner, candidates).await
    }

    async fn absent(&self, owner: OwnerId, filter: &SearchFilter) -> Result<Option<Resource>> {
        if !exists::project(&self.0, owner, filter.project).await? {
            return Ok(Some(Resource::Project));
        }
        let Some(conversation) = filter.conversation else {
            return Ok(None);
        };
        let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
        let is_there = exists::exists(&self.0, key).await?;
        Ok((!is_there).then_some(Resource::Conversation))
    }

    async fn titled(
        &self,
        owner: OwnerId,
        keys: &WantedKeys,
        list: &ConversationList,
        most: usize,
    ) -> Result<Option<Vec<Conversation>>> {
        titles::find(&self.0, owner, keys, list, most).await
    }

    async fn leave_jobs(
        &self,
        after: OwnerId,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<Option<OwnerId>> {
        let leave = LeaveJobs {
            after: ids::stored(after.ulid()),
            most: i64::try_from(most).unwrap_or(i64::MAX),
            kind: kind::stored(JobKind::Search),
            now,
            maker: MAKER,
        };
        let is_divided = self.0.is_divided();
        let last: Option<Uuid> = self
            .0
            .run(Caller::Service, async |connection| match is_divided {
                false => leave.fetch_optional(connection).await,
                true => jobs_in_steps::leave(connection, leave).await,
            })
            .await?;
        Ok(last.map(|last| OwnerId::new(ids::read(last))))
    }

    async fn leave_job(&self, owner: OwnerId, now: DateTime<Utc>) -> Result<()> {
        let leave = LeaveJob {
            owner_id: ids::stored(owner.ulid()),
            kind: kind::stored(JobKind::Search),
            now,
        };
        self.0
            .run(owner, async |connection| leave.write(connection).await)
            .await?;
        Ok(())
    }

    async fn index(&self, job: &Job, portion: Portion, now: DateTime<Utc>) -> Result<Step> {
        // The space that is left on a full disk is for deletions.
        if self.0.storage.is_full() {
            return Err(Error::StorageFull { found: None });
        }
        index::step(&self.0, job, portion, now).await
    }
}

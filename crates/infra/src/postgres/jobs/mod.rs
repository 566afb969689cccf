//! Jobs as rows.

pub(super) mod kind;
mod statements;
mod step;

use super::database::Database;
use super::ids;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::id::{ConversationId, OwnerId};
use domain::jobs::{Backlog, Job, JobKind, JobQueue};
pub(super) use kind::{PURGE_JOB, TITLE_JOB};
pub(super) use statements::{ADD_JOBS, Again, Claim, Finish};
use statements::{BacklogRow, JobRow};
pub(super) use step::{Locked, Next};
use uuid::Uuid;

/// Jobs in PostgreSQL.
pub struct PgJobs(pub Database);

/// How many entries of an earlier version's queue are moved together.
const BATCH: i64 = 500;

/// A job's owner, kind and key in stored form.
pub(super) fn key(job: &Job) -> (Uuid, i16, Uuid) {
    let owner = ids::stored(job.owner.ulid());
    (owner, kind::stored(job.kind), ids::stored(job.key))
}

fn again(job: &Job, at: DateTime<Utc>, more_attempts: Option<i32>) -> Again {
    let (owner_id, kind, key) = key(job);
    Again {
        at,
        more_attempts,
        owner_id,
        kind,
        key,
    }
}

#[async_trait::async_trait]
impl JobQueue for PgJobs {
    async fn due(
        &self,
        kinds: &[JobKind],
        after: OwnerId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Job>> {
        let kinds = kind::all_stored(kinds);
        let (after, most) = (
            ids::stored(after.ulid()),
            i64::try_from(most).unwrap_or(i64::MAX),
        );
        let kinds = kinds.as_slice();
        let is_divided = self.0.is_divided();
        let work = async |connection: &mut AsyncPgConnection| match is_divided {
            false => {
                let due = statements::Due {
                    after,
                    kinds,
                    now,
                    most,
                };
                due.fetch_all(connection).await
            }
            true => {
                let due = statements::DueOnNodes {
                    after,
                    kinds,
                    now,
                    most,
                };
                due.fetch_all(connection).await
            }
        };
        let rows: Vec<JobRow> = self.0.run(Caller::Service, work).await?;
        rows.into_iter().map(read).collect()
    }

    async fn claim(&self, job: &Job, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool> {
        let (owner_id, kind, key) = key(job);
        let claim = Claim {
            until,
            more_attempts: 0,
            owner_id,
            kind,
            key,
            now,
        };
        let claimed = self
            .0
            .run(Caller::Service, async |connection| {
                claim.write(connection).await
            })
            .await?;
        Ok(claimed > 0)
    }

    async fn again(&self, job: &Job, at: DateTime<Utc>) -> Result<()> {
        let again = again(job, at, None);
        self.0
            .run(Caller::Service, async |connection| {
                again.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn put_off(&self, job: &Job, until: DateTime<Utc>) -> Result<()> {
        let put_off = again(job, until, Some(1));
        self.0
            .run(Caller::Service, async |connection| {
                put_off.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn ensure(&self, kinds: &[JobKind], now: DateTime<Utc>) -> Result<()> {
        let kinds = kind::all_stored(kinds);
        let ensure = statements::Ensure {
            owner_id: ids::stored(Job::SERVICE.ulid()),
            now,
            kinds: &kinds,
        };
        self.0
            .run(Caller::Service, async |connection| {
                ensure.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn take_over(&self, kinds: &[JobKind]) -> Result<usize> {
        // No earlier version has run on tables that Citus keeps in parts.
        if self.0.is_divided() {
            return Ok(0);
        }
        let mut taken = 0;
        for wanted in kinds {
            let (most, kind) = (BATCH, kind::stored(*wanted));
            taken += match wanted {
                JobKind::Purge => {
                    let take = statements::TakePurges { most, kind };
                    self.0
                        .run(Caller::Service, async |connection| {
                            take.write(connection).await
                        })
                        .await?
                }
                JobKind::Title => {
                    let take = statements::TakeTitles { most, kind };
                    self.0
                        .run(Caller::Service, async |connection| {
                            take.write(connection).await
                        })
                        .await?
                }
                JobKind::Removal => {
                    let take = statements::TakeRemovals { most, kind };
                    self.0
                        .run(Caller::Service, async |connection| {
                            take.write(connection).await
                        })
                        .await?
                }
                JobKind::Usage
                | JobKind::Links
                | JobKind::Credentials
                | JobKind::IdleGuests
                | JobKind::Repeats
                | JobKind::Responses
                | JobKind::Search
                | JobKind::Versions
                | JobKind::OldResponses
                | JobKind::Unindexed => 0,
            };
        }
        Ok(taken)
    }

    async fn backlog(&self, kinds: &[JobKind]) -> Result<Vec<Backlog>> {
        let kinds = kind::all_stored(kinds);
        let query = statements::Backlog {
            service: ids::stored(Job::SERVICE.ulid()),
            kinds: &kinds,
        };
        let rows: Vec<BacklogRow> = self
            .0
            .run(Caller::Service, async |connection| {
                query.fetch_all(connection).await
            })
            .await?;
        let backlog = |row: BacklogRow| {
            Ok(Backlog {
                kind: kind::read(row.kind)?,
                length: row.length.unsigned_abs(),
                oldest: row.oldest,
            })
        };
        rows.into_iter().map(backlog).collect()
    }
}

fn read(row: JobRow) -> Result<Job> {
    Ok(Job {
        owner: OwnerId::new(ids::read(row.owner_id)),
        kind: kind::read(row.kind)?,
        key: ids::read(row.key),
        conversation: row
            .conversation_id
            .map(|id| ConversationId::new(ids::read(id))),
        created_at: row.created_at,
        attempts: u32::try_from(row.attempts).map_err(|error| Error::Internal(error.into()))?,
    })
}

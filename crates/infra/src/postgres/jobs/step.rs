use super::key;
use super::statements::{Again, Finish, Lock};
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::jobs::{Job, Step};
use uuid::Uuid;

/// A job of which this transaction does a portion. A step that is cut off is rolled back, and the
/// entry is free at once.
pub(in crate::postgres) struct Locked {
    key: (Uuid, i16, Uuid),
    now: DateTime<Utc>,
    attempts: i32,
}

/// The state of a job after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::postgres) enum Next {
    /// All is done.
    Done,
    /// A portion is done; there is more.
    More,
    /// All is done; the job runs again at this time.
    At(DateTime<Utc>),
}

impl Locked {
    /// Locks the entry until the transaction ends. `None`: another instance has locked it, or has
    /// done it.
    pub(in crate::postgres) async fn of(
        connection: &mut AsyncPgConnection,
        job: &Job,
        now: DateTime<Utc>,
    ) -> QueryResult<Option<Self>> {
        let key = key(job);
        let (owner_id, kind, id) = key;
        let lock = Lock {
            owner_id,
            kind,
            key: id,
            now,
        };
        let attempts: Vec<i32> = lock.fetch_all(connection).await?;
        let locked = |attempts| Self { key, now, attempts };
        Ok(attempts.into_iter().next().map(locked))
    }

    /// Stores the state of the job after the step.
    pub(in crate::postgres) async fn end(
        self,
        connection: &mut AsyncPgConnection,
        next: Next,
    ) -> QueryResult<Step> {
        let (owner_id, kind, key) = self.key;
        let again = |at| Again {
            at,
            more_attempts: None,
            owner_id,
            kind,
            key,
        };
        match next {
            Next::Done => {
                let finish = Finish {
                    owner_id,
                    kind,
                    key,
                };
                finish.write(connection).await?;
                Ok(Step::Done)
            }
            Next::More => {
                // The job has made progress: earlier failures are forgotten.
                if self.attempts > 0 {
                    again(self.now).write(connection).await?;
                }
                Ok(Step::More)
            }
            Next::At(at) => {
                again(at).write(connection).await?;
                Ok(Step::Done)
            }
        }
    }
}

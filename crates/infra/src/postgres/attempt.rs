//! One attempt at a unit of work, and what its result means.

use super::calling_off::TimeLimit;
use super::database::Database;
use super::durable::is_durable;
use super::error::{Silent, contended, is_cut, is_of_lost_node, unanswered, unavailable};
use super::lent::LentConnection;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use domain::error::Result;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long a server that is asked whether it is still there may take.
const ASKED: Duration = Duration::from_millis(400);

/// The commit may be on this server only.
#[derive(Debug, thiserror::Error)]
#[error("the wait for copies on other servers was called off")]
struct NotCopied;

/// How an attempt ended. Of what the work returned, only the bytes of its largest row are known.
pub(super) enum AttemptEnd {
    InTime(QueryResult<usize>),
    /// The work was called off; its final result.
    CalledOff(QueryResult<usize>),
    /// The server did not report the result in time.
    Unknown,
}

impl AttemptEnd {
    pub(super) fn done(done: QueryResult<usize>, limit: &TimeLimit<'_>) -> Self {
        match limit.is_over() {
            true => Self::CalledOff(done),
            false => Self::InTime(done),
        }
    }

    /// Whether the server reported the result.
    fn was_heard(&self) -> bool {
        match self {
            Self::InTime(done) | Self::CalledOff(done) => !done.as_ref().is_err_and(is_cut),
            Self::Unknown => false,
        }
    }
}

/// One attempt: a connection, and the time limit of work on it.
pub(super) struct Attempt<'d> {
    /// The primary's, or the replica's.
    database: &'d Database,
    lent: LentConnection,
    begun: Instant,
    limit: Duration,
}

impl<'d> Attempt<'d> {
    pub(super) fn on(database: &'d Database, lent: LentConnection, limit: Duration) -> Self {
        Self {
            database,
            lent,
            begun: Instant::now(),
            limit,
        }
    }

    /// What the work is done with. The limit must run beside it.
    pub(super) fn begin(&mut self) -> (&mut AsyncPgConnection, TimeLimit<'d>) {
        let connection = self.lent.connection();
        let limit = TimeLimit::new(self.database, connection.cancel_token(), self.limit);
        (connection, limit)
    }

    /// The result of this attempt. Also decides what happens to the connection. The outer error means
    /// that the database is away, or that the work took too long.
    pub(super) async fn conclude(mut self, ended: AttemptEnd) -> Result<QueryResult<()>> {
        if ended.was_heard() {
            self.database.was_heard();
        }
        match ended {
            AttemptEnd::InTime(Err(error)) if went_away(&error, self.lent.connection()).await => {
                self.lent.back().close();
                Err(unavailable(error))
            }
            AttemptEnd::InTime(Err(error)) if is_of_lost_node(&error) => {
                self.lent.done();
                Err(unavailable(error))
            }
            AttemptEnd::InTime(done) => {
                let done = done.map(|largest| self.lent.has_read(largest));
                self.lent.done();
                Ok(done)
            }
            AttemptEnd::CalledOff(done) => {
                let connection = self.lent.connection();
                let (is_lost, is_durable) = match &done {
                    Err(error) => (is_lost(error, connection).await, true),
                    Ok(_) => (false, is_durable(connection).await),
                };
                // A request to call it off may still be on its way, and would cancel the next
                // user's work on this connection.
                self.lent.back().close();
                match done {
                    Ok(_) if !is_durable => Err(unanswered(NotCopied)),
                    Err(error) if is_lost => Err(unanswered(error)),
                    Err(error @ DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)) => {
                        Err(contended(error))
                    }
                    done => Ok(done.map(|_| ())),
                }
            }
            // The connection stays lent until its statement has ended.
            AttemptEnd::Unknown => Err(unanswered(Silent(self.begun.elapsed()))),
        }
    }
}

/// Whether work that was called off may have failed because its server was lost, and not because of
/// that: then it may have been committed. A pooler tells this before it closes the connection.
async fn is_lost(error: &DieselError, connection: &mut AsyncPgConnection) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, _) if !is_of_lost_node(error) => {
            let asked = timeout(ASKED, connection.batch_execute("select 1"));
            matches!(asked.await, Ok(Err(error)) if is_cut(&error))
        }
        error => is_cut(error) || is_of_lost_node(error),
    }
}

/// Whether a statement failed because the server is shutting down or crashed. Such errors look like
/// any other, in the server's own language, so the connection itself is checked.
async fn went_away(error: &DieselError, connection: &mut AsyncPgConnection) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, _) => {
            let asked = timeout(ASKED, connection.batch_execute("select 1"));
            !matches!(asked.await, Ok(Ok(())))
        }
        error => is_cut(error),
    }
}

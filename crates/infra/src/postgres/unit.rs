//! Units of work: their time limit, their retries, and the result of those that are too
//! slow.

use super::database::Database;
use super::durable::is_durable;
use super::error::{
    Silent, contended, is_cut, is_full, is_of_lost_node, is_repeatable, storage, unanswered,
    unavailable,
};
use super::lent::LentConnection;
use super::reserve::ReserveAttempts;
use super::traced;
use super::work::WorkRequest;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use domain::error::Result;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument as _, Span};

/// The least time for the work itself, however long it waited.
const LEAST: Duration = Duration::from_millis(400);

/// How often work is tried again after a conflict with other work.
const REPEATS: u32 = 3;

/// The pause before the first retry; the next pauses are longer.
const PAUSE: Duration = Duration::from_millis(10);

/// The commit may be on this server only.
#[derive(Debug, thiserror::Error)]
#[error("the wait for copies on other servers was called off")]
struct NotCopied;

/// How a unit of work ended.
enum Ended<T> {
    InTime(QueryResult<T>),
    /// The work was called off; its final result.
    CalledOff(QueryResult<T>),
    /// The server did not report the result within this time.
    Unknown(Duration),
}

impl<T> Ended<T> {
    /// Whether the server reported the result.
    fn was_heard(&self) -> bool {
        match self {
            Self::InTime(done) | Self::CalledOff(done) => !done.as_ref().is_err_and(is_cut),
            Self::Unknown(_) => false,
        }
    }

    /// The result to return. Also decides what happens to the connection.
    async fn conclude(self, mut lent: LentConnection) -> Result<QueryResult<T>> {
        match self {
            Self::InTime(Err(error)) if went_away(&error, lent.connection()).await => {
                lent.back().close();
                Err(unavailable(error))
            }
            Self::InTime(Err(error)) if is_of_lost_node(&error) => {
                lent.done();
                Err(unavailable(error))
            }
            Self::InTime(done) => {
                lent.done();
                Ok(done)
            }
            Self::CalledOff(done) => {
                let is_durable = done.is_err() || is_durable(lent.connection()).await;
                // A request to call it off may still be on its way, and would cancel the next
                // user's work on this connection.
                lent.back().close();
                match done {
                    Ok(_) if !is_durable => Err(unanswered(NotCopied)),
                    Err(error) if is_cut(&error) => Err(unanswered(error)),
                    Err(error @ DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)) => {
                        Err(contended(error))
                    }
                    done => Ok(done),
                }
            }
            // The connection stays lent until its statement has ended.
            Self::Unknown(elapsed) => Err(unanswered(Silent(elapsed))),
        }
    }
}

impl Database {
    /// Runs a unit of work on a connection, with a permit of the caller. The work may be run several
    /// times, so it must be `Clone`.
    pub(super) async fn run<T>(
        &self,
        request: impl Into<WorkRequest>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
    ) -> Result<T> {
        self.attempt(request, work).await?.map_err(storage)
    }

    /// Like [`Database::run`], but returns the error of a failed statement, so that the caller can
    /// explain it. The outer error means that the database is away, or that the work took too long.
    ///
    /// Failed work was rolled back, so work that failed by a deadlock or a serialization
    /// failure is tried again.
    pub(super) async fn attempt<T>(
        &self,
        request: impl Into<WorkRequest>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
    ) -> Result<QueryResult<T>> {
        self.attempt_to_read(request, work, |_| 0).await
    }

    /// Like [`Database::run`], for work that may read large rows; `largest` is the bytes of the
    /// largest one.
    pub(super) async fn read<T>(
        &self,
        request: impl Into<WorkRequest>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        largest: impl Fn(&T) -> usize,
    ) -> Result<T> {
        let done = self.attempt_to_read(request, work, largest).await?;
        done.map_err(storage)
    }

    async fn attempt_to_read<T>(
        &self,
        request: impl Into<WorkRequest>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        largest: impl Fn(&T) -> usize,
    ) -> Result<QueryResult<T>> {
        let (span, mut request) = (traced::span(), request.into());
        let doing = async {
            if let Some(done) = self.at_replica(request, work.clone(), &largest).await {
                return Ok(Ok(done));
            }
            let mut reserve = ReserveAttempts::of(self, request);
            loop {
                let done = self.do_with_permit(request, work.clone(), &largest).await;
                let Some(pause) = reserve.pause(&done) else {
                    return done;
                };
                self.storage.relieve().await;
                sleep(pause).await;
                request = request.since(Instant::now());
            }
        };
        let done = doing.instrument(span.clone()).await;
        if !matches!(done, Ok(Ok(_))) {
            span.record("otel.status_code", "ERROR");
        }
        if let Err(error) = &done {
            self.figures.failures.add(error);
        }
        done
    }

    async fn do_with_permit<T>(
        &self,
        request: WorkRequest,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        largest: impl Fn(&T) -> usize,
    ) -> Result<QueryResult<T>> {
        let (begun, is_large) = (request.begun, request.is_large());
        let permit = Arc::new(self.permit(request).await?);
        let mut repeat = 0;
        let mut working = None;
        loop {
            let connection = self.connection(begun).await?;
            let working = *working.get_or_insert_with(|| {
                let waited = begun.elapsed();
                self.figures.waits.add(waited);
                Span::current().record("jan.waited_ms", waited.as_secs_f64() * 1e3);
                Instant::now()
            });
            let lent = LentConnection::of(connection, self.clone(), Some(Arc::clone(&permit)));
            let lent = lent.for_the_last_time(is_large);
            let limit = self.patience.saturating_sub(begun.elapsed()).max(LEAST);
            match self.once(lent, limit, work.clone(), &largest).await? {
                Err(error) if is_repeatable(&error) && repeat < REPEATS => {
                    repeat += 1;
                    sleep(PAUSE * repeat).await;
                }
                done => {
                    self.figures.worked(request, working.elapsed());
                    if done.as_ref().is_err_and(is_full) {
                        self.storage.met();
                    }
                    return Ok(done);
                }
            }
        }
    }

    /// Does the work once, on this connection, and returns the connection.
    pub(super) async fn once<T>(
        &self,
        mut lent: LentConnection,
        limit: Duration,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
        largest: &impl Fn(&T) -> usize,
    ) -> Result<QueryResult<T>> {
        let begun = Instant::now();
        let ended = {
            let connection = lent.connection();
            let running = connection.cancel_token();
            let mut work = pin!(work(connection));
            match timeout(limit, &mut work).await {
                Ok(done) => Ended::InTime(done),
                Err(_) => match self.call_off(running, work).await {
                    Some(done) => Ended::CalledOff(done),
                    None => Ended::Unknown(begun.elapsed()),
                },
            }
        };
        if ended.was_heard() {
            self.was_heard();
        }
        if let Ended::InTime(Ok(done)) = &ended {
            lent.has_read(largest(done));
        }
        ended.conclude(lent).await
    }
}

/// Whether a statement failed because the server is shutting down or crashed. Such errors look like
/// any other, in the server's own language, so the connection itself is checked.
async fn went_away(error: &DieselError, connection: &mut AsyncPgConnection) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, _) => {
            let asked = timeout(LEAST, connection.batch_execute("select 1"));
            !matches!(asked.await, Ok(Ok(())))
        }
        error => is_cut(error),
    }
}

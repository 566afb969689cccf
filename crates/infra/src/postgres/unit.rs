//! Units of work.

use super::attempt::AttemptEnd;
use super::attempts::Attempts;
use super::database::Database;
use super::error::storage;
use super::work::WorkRequest;
use diesel::QueryResult;
use diesel::result::Error as DieselError;
use diesel_async::AsyncPgConnection;
use domain::error::Result;

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
        self.work(request.into(), work, |_| 0).await
    }

    /// Like [`Database::run`], for work that may read large rows; `largest` is the bytes of the
    /// largest one.
    pub(super) async fn read<T>(
        &self,
        request: impl Into<WorkRequest>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        largest: impl Fn(&T) -> usize,
    ) -> Result<T> {
        let done = self.work(request.into(), work, largest).await?;
        done.map_err(storage)
    }

    /// This is compiled anew for each work, so it has only what depends on the work. If work that failed by a conflict
    /// or on a full disk was rolled back, `attempts` has it done again.
    async fn work<T>(
        &self,
        request: WorkRequest,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        largest: impl Fn(&T) -> usize,
    ) -> Result<QueryResult<T>> {
        let mut attempts = Attempts::of(self, request);
        loop {
            let mut attempt = attempts.next().await?;
            let mut returned = None;
            let (connection, mut limit) = attempt.begin();
            let doing = work.clone();
            let ended = tokio::select! {
                biased;
                done = doing(connection) => {
                    let done = done.map(|value| {
                        let bytes = largest(&value);
                        returned = Some(value);
                        bytes
                    });
                    AttemptEnd::done(done, &limit)
                }
                () = limit.keep() => AttemptEnd::Unknown,
            };
            if let Some(result) = attempts.conclude(attempt, ended).await {
                // The result is good only where the work returned something.
                return Ok(result?.and_then(|()| returned.ok_or(DieselError::NotFound)));
            }
        }
    }
}

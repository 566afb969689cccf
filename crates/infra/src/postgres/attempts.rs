//! The attempts at a unit of work: where they are made, their time limits, and retries.
//!
//! None of this depends on what the work is, or returns. So it is compiled once, and not anew for each of some 160 units.

use super::attempt::{Attempt, AttemptEnd};
use super::database::Database;
use super::error::{is_full, is_repeatable};
use super::lent::LentConnection;
use super::reserve::ReserveAttempts;
use super::traced;
use super::work::WorkRequest;
use diesel::QueryResult;
use domain::admission::Permit;
use domain::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tracing::Span;

/// The least time for the work itself, however long it waited.
const LEAST: Duration = Duration::from_millis(400);

/// How often work is tried again after a conflict with other work.
const REPEATS: u32 = 5;

/// The pause before the first retry. Each is twice as long as the one before it: on a machine that is
/// busy, the other work may need some time to go on.
const PAUSE: Duration = Duration::from_millis(10);

/// The attempts at one unit of work: at the replica, if it only reads, and then at the primary.
pub(super) struct Attempts<'d> {
    database: &'d Database,
    request: WorkRequest,
    span: Span,
    /// Where the next attempt is made.
    place: Place,
    turn: Turn,
    reserve: ReserveAttempts,
}

#[derive(PartialEq)]
enum Place {
    Replica,
    Primary,
}

/// The caller's turn at the primary.
#[derive(Default)]
struct Turn {
    permit: Option<Arc<Permit>>,
    /// When it got its first connection.
    working: Option<Instant>,
    /// How often the work was repeated.
    repeats: u32,
}

impl<'d> Attempts<'d> {
    pub(super) fn of(database: &'d Database, request: WorkRequest) -> Self {
        Self {
            database,
            request,
            span: traced::span(),
            place: Place::Replica,
            turn: Turn::default(),
            reserve: ReserveAttempts::of(database, request),
        }
    }

    /// The next attempt, when there is a connection for it.
    pub(super) async fn next(&mut self) -> Result<Attempt<'d>, Error> {
        if self.place == Place::Replica {
            if let Some(attempt) = self.database.at_replica(self.request).await {
                return Ok(attempt);
            }
            self.place = Place::Primary;
        }
        loop {
            match self.at_primary().await {
                Err(error) if self.begins_anew(Err(&error)).await => {}
                attempt => return attempt,
            }
        }
    }

    async fn at_primary(&mut self) -> Result<Attempt<'d>, Error> {
        let (database, request, turn) = (self.database, self.request, &mut self.turn);
        let permit = match &turn.permit {
            Some(permit) => permit,
            None => turn
                .permit
                .insert(Arc::new(database.permit(request).await?)),
        };
        let permit = Arc::clone(permit);
        let connection = database.connection(request.begun).await?;
        if turn.working.is_none() {
            let waited = request.begun.elapsed();
            database.figures.waits.add(waited);
            self.span
                .record("jan.waited_ms", waited.as_secs_f64() * 1e3);
            turn.working = Some(Instant::now());
        }
        let lent = LentConnection::of(connection, database.clone(), Some(permit));
        let lent = lent.for_the_last_time(request.is_large());
        let left = database.patience.saturating_sub(request.begun.elapsed());
        Ok(Attempt::on(database, lent, left.max(LEAST)))
    }

    /// The result of the work; `None`: it is tried again. The outer error means that the database is
    /// away, or that the work took too long.
    pub(super) async fn conclude(
        &mut self,
        attempt: Attempt<'d>,
        ended: AttemptEnd,
    ) -> Option<Result<QueryResult<()>, Error>> {
        let done = attempt.conclude(ended).await;
        if self.place == Place::Replica {
            self.place = Place::Primary;
            return self.database.was_read_at_replica(&done).then_some(done);
        }
        match &done {
            Ok(Err(error)) if is_repeatable(error) && self.turn.repeats < REPEATS => {
                let pause = PAUSE * 2_u32.pow(self.turn.repeats);
                self.turn.repeats += 1;
                sleep(pause).await;
                return None;
            }
            Ok(done) => {
                let took = self.turn.working.map(|working| working.elapsed());
                self.database
                    .figures
                    .worked(self.request, took.unwrap_or_default());
                if done.as_ref().is_err_and(is_full) {
                    self.database.storage.met();
                }
            }
            Err(_) => {}
        }
        match self.begins_anew(done.as_ref()).await {
            true => None,
            false => Some(done),
        }
    }

    /// Whether the work begins anew, while the disk is full, after a pause. Otherwise this is its result.
    async fn begins_anew(&mut self, done: Result<&QueryResult<()>, &Error>) -> bool {
        let Some(pause) = self.reserve.pause(done) else {
            self.note(done);
            return false;
        };
        self.turn = Turn::default();
        self.database.storage.relieve().await;
        sleep(pause).await;
        self.request = self.request.since(Instant::now());
        true
    }

    fn note(&self, done: Result<&QueryResult<()>, &Error>) {
        if !matches!(done, Ok(Ok(()))) {
            self.span.record("otel.status_code", "ERROR");
        }
        if let Err(error) = done {
            self.database.figures.failures.add(error);
        }
    }
}

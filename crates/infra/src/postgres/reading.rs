//! Reads that a replica answers.
//!
//! A read sees all that was stored before it began: it asks the primary for its position in the log, and waits until
//! the replica has replayed the log up to there. A replica that takes too long, or is away, is left alone for a while,
//! and the primary answers.

use super::attempt::Attempt;
use super::connect::Target;
use super::database::{Database, Replica};
use super::error::is_repeatable;
use super::execute::Execute as _;
use super::following::Advice;
use super::lent::LentConnection;
use super::position::first;
use super::statement::statement;
use super::work::WorkRequest;
use diesel::QueryResult;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Bool, Nullable};
use domain::admission::Caller;
use domain::error::Error as Failure;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long a read waits for the replica to have what was stored before.
const WAIT: Duration = Duration::from_millis(50);

/// The pause before a replica is asked again how far it is, and the longest one.
const PAUSE: Duration = Duration::from_millis(1);
const LONG_PAUSE: Duration = Duration::from_millis(4);

/// Differs between clusters, and is the same for a cluster's replicas.
const CLUSTER: &str = "select system_identifier from pg_control_system()";

const BEHIND: &str = "it is more than 50 ms behind the primary";

statement!(
    /// Whether the server is a replica, and how far it has replayed the log beyond a position.
    Replayed { position: i64 => BigInt } -> ReplayedRow {
        is_replica: bool => Bool,
        /// In bytes; less than 0 where it is behind.
        beyond: Option<i64> => Nullable<BigInt>,
    },
    "select pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0')::bigint - $1"
);

/// Why the primary answers a read.
enum NotRead {
    /// All connections to the replica are in use.
    Busy,
    /// The replica fails, or is behind.
    Lost(String),
}

impl From<DieselError> for NotRead {
    fn from(error: DieselError) -> Self {
        Self::Lost(described(&error))
    }
}

impl Database {
    /// Sets a replica that answers reads.
    #[must_use]
    pub fn reading_from(self, target: Target) -> Self {
        let replica = Self::patient(target, self.most_connections(), self.patience);
        replica.open();
        self.with_replica(replica)
    }

    /// A connection to the replica, for a read. `None`: the primary must answer.
    pub(super) async fn at_replica(&self, request: WorkRequest) -> Option<Attempt<'_>> {
        let replica = self.replica.as_ref();
        let replica = replica.filter(|_| request.is_reading() && self.is_open())?;
        let reads = &self.figures.reads;
        match replica.following.advice() {
            Advice::Follow => {}
            advice => {
                reads.without.add(1);
                if advice == Advice::Try {
                    self.home.spawn(attempt(self.clone(), Arc::clone(replica)));
                }
                return None;
            }
        }
        let begun = Instant::now();
        match caught_up(replica, request).await {
            Ok(lent) => {
                reads.waits.add(begun.elapsed());
                // The rest is for the primary.
                Some(Attempt::on(&replica.database, lent, self.patience / 2))
            }
            Err(NotRead::Busy) => {
                reads.busy.add(1);
                None
            }
            Err(NotRead::Lost(reason)) => {
                tracing::debug!(reason, "the replica is left alone for a while");
                self.lost_replica();
                None
            }
        }
    }

    /// Whether the replica has done a read; otherwise the primary must.
    pub(super) fn was_read_at_replica(&self, done: &Result<QueryResult<()>, Failure>) -> bool {
        match done {
            Ok(Ok(())) => {
                self.figures.reads.replica.add(1);
                return true;
            }
            Ok(Err(error)) if is_repeatable(error) || *error == DieselError::NotFound => {}
            Ok(Err(_)) | Err(_) => self.lost_replica(),
        }
        false
    }

    fn lost_replica(&self) {
        self.figures.reads.lost.add(1);
        if let Some(replica) = &self.replica {
            replica.following.lost();
        }
    }
}

/// A connection to the replica that has all of what was stored before this call.
async fn caught_up(
    replica: &Arc<Replica>,
    request: WorkRequest,
) -> Result<LentConnection, NotRead> {
    let deadline = Instant::now() + WAIT;
    let asked = timeout_at(deadline, replica.following.positions.ask());
    let lent = timeout_at(deadline, lend(replica, request));
    let (position, lent) = tokio::join!(asked, lent);
    let mut lent = lent.map_err(|_| NotRead::Busy)?.ok_or(NotRead::Busy)?;
    let position = position.ok().flatten().ok_or_else(silent)?;
    let caught_up = timeout_at(deadline, wait_for(&mut lent, position)).await;
    caught_up.map_err(|_| NotRead::Lost(BEHIND.to_owned()))??;
    Ok(lent)
}

/// A connection, with a permit for the caller. It is opened by a separate task: one that takes too
/// long for this read is there for the next.
async fn lend(replica: &Arc<Replica>, request: WorkRequest) -> Option<LentConnection> {
    let permit = replica.database.permit(request).await.ok()?;
    let opening = Arc::clone(replica);
    let opened = tokio::spawn(async move {
        let connection = opening.database.connection(Instant::now()).await;
        if connection.is_err() {
            opening.following.lost();
        }
        connection.ok().map(|connection| (connection, permit))
    });
    let (connection, permit) = opened.await.ok()??;
    let database = replica.database.clone();
    Some(LentConnection::of(
        connection,
        database,
        Some(Arc::new(permit)),
    ))
}

/// Waits until the server of this connection has replayed the log up to the position. A connection
/// that had more than that before is not asked again.
async fn wait_for(lent: &mut LentConnection, position: i64) -> Result<(), NotRead> {
    let mut pause = PAUSE;
    while *lent.replayed() < position {
        let replayed = Replayed { position };
        let row: ReplayedRow = replayed.fetch_one(lent.connection()).await?;
        let Some(beyond) = row.beyond.filter(|_| row.is_replica) else {
            return Err(NotRead::Lost("this server is not a replica".to_owned()));
        };
        *lent.replayed() = position.saturating_add(beyond);
        if beyond < 0 {
            sleep(pause).await;
            pause = (pause * 2).min(LONG_PAUSE);
        }
    }
    Ok(())
}

/// Tries the replica, and notes the result.
async fn attempt(primary: Database, replica: Arc<Replica>) {
    let result = match is_of(&primary, &replica).await {
        Ok(()) => catches_up(&replica).await,
        Err(reason) => Err(NotRead::Lost(reason)),
    };
    replica.following.tried(match result {
        Ok(()) => Ok(()),
        Err(NotRead::Busy) => Err("all connections to the replica are in use".to_owned()),
        Err(NotRead::Lost(reason)) => Err(reason),
    });
}

/// Whether the replica has in time what the primary has. Unlike a read, this waits for a connection.
async fn catches_up(replica: &Arc<Replica>) -> Result<(), NotRead> {
    let lent = lend(replica, WorkRequest::from(Caller::Service)).await;
    let mut lent = lent.ok_or(NotRead::Busy)?;
    let position = replica.following.positions.ask().await;
    let position = position.ok_or_else(silent)?;
    let caught_up = timeout_at(Instant::now() + WAIT, wait_for(&mut lent, position)).await;
    caught_up.map_err(|_| NotRead::Lost(BEHIND.to_owned()))??;
    lent.done();
    Ok(())
}

fn silent() -> NotRead {
    NotRead::Lost("the primary does not name its position".to_owned())
}

/// Whether the replica can be reached, and is one of this primary. Servers that do not tell their
/// cluster are believed.
async fn is_of(primary: &Database, replica: &Replica) -> Result<(), String> {
    let away = |error: diesel::ConnectionError| described(&error);
    let there = replica.database.target.client().await.map_err(away)?;
    let here = primary.target.client().await.map_err(away)?;
    match tokio::join!(first(&here, CLUSTER), first(&there, CLUSTER)) {
        (Some(here), Some(there)) if here != there => {
            Err("it is a replica of another primary".to_owned())
        }
        _ => Ok(()),
    }
}

/// An error with its causes.
fn described(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

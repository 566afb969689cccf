use super::database::Database;
use diesel_async::pooled_connection::{PoolableConnection as _, deadpool::Object};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use domain::admission::Permit;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long a statement whose client has left may go on before it is called off.
const GRACE: Duration = Duration::from_secs(1);

/// How long a connection is kept after that, for the server to end what runs on it.
const HOLD: Duration = Duration::from_secs(8);

/// After that long, the server has ended what ran on a connection that was given up: a statement's
/// last resort is half of it.
const FORGET: Duration = Duration::from_secs(60);

/// A connection on which a unit of work is done. When a client leaves, its work is dropped wherever
/// it is: a statement may still be running then, or a transaction be open, which holds its locks.
/// The next to get such a connection would wait for the one, and everybody for the other.
pub(super) struct Lent {
    connection: Option<Object<AsyncPgConnection>>,
    database: Database,
    /// Of the caller whose work it is, as long as the server may be at it; `None` where that is the
    /// last word on other work.
    turn: Option<Arc<Permit>>,
    /// Whether the connection is closed after this work.
    is_last: bool,
}

impl Lent {
    pub(super) fn of(
        connection: Object<AsyncPgConnection>,
        database: Database,
        turn: Option<Arc<Permit>>,
    ) -> Self {
        let connection = Some(connection);
        Self {
            connection,
            database,
            turn,
            is_last: false,
        }
    }

    /// The same, for work after which the connection is closed.
    pub(super) fn for_the_last_time(mut self, is_last: bool) -> Self {
        self.is_last = is_last;
        self
    }

    pub(super) fn connection(&mut self) -> &mut AsyncPgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }

    /// The work has come to its end, and nothing runs on the connection.
    pub(super) fn done(self) {
        let is_last = self.is_last;
        let connection = self.back();
        if is_last {
            drop(Object::take(connection));
        }
    }

    /// The work has come to its end.
    pub(super) fn back(mut self) -> Object<AsyncPgConnection> {
        match self.connection.take() {
            Some(connection) => connection,
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let database = self.database.clone();
            let turn = self.turn.take();
            self.database.home.spawn(async move {
                settle(connection, database).await;
                drop(turn);
            });
        }
    }
}

/// Gives a connection back once nothing runs on it any more. One in the middle of a transaction is
/// closed, which undoes the transaction. What goes on for long is called off, and the connection is
/// closed when it has ended: until then it keeps its place in the pool, so that the server never has
/// more of them than the pool may hold.
async fn settle(mut connection: Object<AsyncPgConnection>, database: Database) {
    let running = connection.cancel_token();
    let is_idle = {
        let mut idle = pin!(connection.batch_execute("select 1"));
        match timeout(GRACE, &mut idle).await {
            Ok(answer) => answer.is_ok(),
            Err(_) => {
                tokio::select! {
                    _ = idle => {},
                    never = database.target.keep_cancelling(running) => match never {},
                    () = give_up(&database) => {},
                }
                false
            }
        }
    };
    if !is_idle || connection.is_broken() {
        drop(Object::take(connection));
    }
}

/// Returns when a connection that says nothing may be closed all the same: a network that fails
/// silently would keep its place for ever otherwise.
async fn give_up(database: &Database) {
    loop {
        sleep(HOLD).await;
        if let Ok(place) = Arc::clone(&database.write_offs).try_acquire_owned() {
            database.home.spawn(async {
                sleep(FORGET).await;
                drop(place);
            });
            return;
        }
    }
}

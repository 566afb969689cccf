use super::database::Database;
use super::pool::Pooled;
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use domain::admission::Permit;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long a statement may continue before it is called off, after its client has disconnected.
const GRACE: Duration = Duration::from_secs(1);

/// How much longer a connection is kept, so that the server can end its statement.
const HOLD: Duration = Duration::from_secs(8);

/// After this time the server has surely ended the statement of a connection that was given up: the
/// statement timeout is half of it.
const SURELY_ENDED: Duration = Duration::from_secs(60);

/// A row with more bytes is large: the library keeps twice its memory for as long as it keeps the
/// connection.
const LARGE: usize = 256 * 1024;

/// A connection that a unit of work uses. When a client disconnects, its work is dropped at any
/// point: a statement may still be running then, or a transaction be open, which holds its locks.
/// The next user of the connection would wait for the statement, and other work for the locks.
pub(super) struct LentConnection {
    connection: Option<Pooled>,
    database: Database,
    /// The caller's permit, held as long as the server may work on the statement; `None` where this
    /// connection only checks the result of other work.
    work_permit: Option<Arc<Permit>>,
    /// Whether the connection is closed after this work.
    is_last: bool,
    /// Whether the work has read a large row.
    is_large: bool,
}

impl LentConnection {
    pub(super) fn of(
        connection: Pooled,
        database: Database,
        work_permit: Option<Arc<Permit>>,
    ) -> Self {
        let connection = Some(connection);
        Self {
            connection,
            database,
            work_permit,
            is_last: false,
            is_large: false,
        }
    }

    /// Has the connection closed after its work, if `is_last`.
    pub(super) fn for_the_last_time(mut self, is_last: bool) -> Self {
        self.is_last = is_last;
        self
    }

    /// Notes the bytes of the largest row that the work has read.
    pub(super) fn has_read(&mut self, bytes: usize) {
        self.is_large |= bytes > LARGE;
    }

    /// The position up to which the server of this connection, a replica, has replayed the log.
    pub(super) fn replayed(&mut self) -> &mut i64 {
        match &mut self.connection {
            Some(connection) => connection.replayed(),
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }

    pub(super) fn connection(&mut self) -> &mut AsyncPgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }

    /// Returns the connection after its work has ended and no statement runs on it.
    pub(super) fn done(self) {
        let (is_last, is_large) = (self.is_last, self.is_large);
        let mut connection = self.back();
        if is_large {
            connection.is_large();
        }
        if is_last {
            connection.close();
        }
    }

    /// Takes the connection after its work has ended.
    pub(super) fn back(mut self) -> Pooled {
        match self.connection.take() {
            Some(connection) => connection,
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }
}

impl Drop for LentConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let database = self.database.clone();
            let work_permit = self.work_permit.take();
            self.database.home.spawn(async move {
                settle(connection, database).await;
                drop(work_permit);
            });
        }
    }
}

/// Returns a connection to the pool when no statement runs on it any more. If a transaction is
/// open, the connection is closed, which rolls the transaction back. A long statement is called
/// off, and the connection is closed when it has ended. Until then the connection keeps its permit
/// of the pool, so the server never has more connections than the pool may hold.
async fn settle(mut connection: Pooled, database: Database) {
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
        connection.close();
    }
}

/// Returns when a silent connection may be closed anyway: with a network that fails silently it
/// would otherwise keep its permit for ever.
async fn give_up(database: &Database) {
    loop {
        sleep(HOLD).await;
        if let Ok(permit) = Arc::clone(&database.write_offs).try_acquire_owned() {
            database.home.spawn(async {
                sleep(SURELY_ENDED).await;
                drop(permit);
            });
            return;
        }
    }
}

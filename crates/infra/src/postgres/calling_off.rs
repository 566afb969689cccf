//! The time limit of work, and calling off what takes too long.

use super::database::Database;
use super::lent::LentConnection;
use diesel_async::SimpleAsyncConnection as _;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::CancelToken;

/// How long a server may take to report the result of work that was called off.
const VERDICT: Duration = Duration::from_millis(700);

/// How much longer it may take if the server answers other connections: a commit that waits for a
/// slow disk cannot be called off; a wrong answer would be worse than a late one.
const LONG_VERDICT: Duration = Duration::from_secs(10);

/// The time limit of work that runs on a connection.
pub(super) struct TimeLimit<'d> {
    database: &'d Database,
    running: CancelToken,
    limit: Duration,
    is_over: bool,
}

impl<'d> TimeLimit<'d> {
    pub(super) fn new(database: &'d Database, running: CancelToken, limit: Duration) -> Self {
        Self {
            database,
            running,
            limit,
            is_over: false,
        }
    }

    /// Whether the work was called off.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Runs beside the work. Calls it off when its time is over, and returns when its result is no
    /// longer waited for.
    pub(super) async fn keep(&mut self) {
        sleep(self.limit).await;
        self.is_over = true;
        // Rarely needed, so it takes no room in the work of every request.
        Box::pin(self.call_off()).await;
    }

    /// Calls work off and waits for its result: it may have been done by then, and then the answer
    /// must say so. The request goes out while the connection is open, since a pooler in between
    /// would otherwise not know the connection any more.
    async fn call_off(&self) {
        let patience = async {
            if self.database.answers_others().await {
                sleep(LONG_VERDICT).await;
            }
        };
        let target = &self.database.target;
        tokio::select! {
            () = patience => {}
            never = target.keep_cancelling(self.running.clone()) => match never {},
        }
    }
}

impl Database {
    /// Whether the server answers on another connection. `false` comes only after the full time.
    async fn answers_others(&self) -> bool {
        let begun = Instant::now();
        let over = sleep(VERDICT);
        let asked = async {
            let connection = self.connection(Instant::now()).await.ok()?;
            let mut lent = LentConnection::of(connection, self.clone(), None);
            lent.connection().batch_execute("select 1").await.ok()?;
            drop(lent.back());
            Some(())
        };
        if let Ok(Some(())) = timeout(VERDICT, asked).await {
            return true;
        }
        over.await;
        // On a busy machine this question may wait for longer than the work of others.
        self.was_heard_since(begun)
    }
}

//! Calling off work that took too long.

use super::database::Database;
use super::lent::LentConnection;
use diesel_async::SimpleAsyncConnection as _;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a server may take to report the result of work that was called off.
const VERDICT: Duration = Duration::from_millis(500);

/// How much longer it may take if the server answers other connections: a commit that waits for a
/// slow disk cannot be called off; a wrong answer would be worse than a late one.
const LONG_VERDICT: Duration = Duration::from_secs(10);

impl Database {
    /// Calls work off and waits for its result: it may have been done by then, and then the answer
    /// must say so. The request goes out while the connection is open, since a pooler in between
    /// would otherwise not know the connection any more.
    pub(super) async fn call_off<T>(
        &self,
        running: tokio_postgres::CancelToken,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut done = pin!(async {
            tokio::select! {
                done = work => done,
                never = self.target.keep_cancelling(running) => match never {},
            }
        });
        tokio::select! {
            done = &mut done => return Some(done),
            answers = self.answers_others() => if !answers { return None },
        }
        timeout(LONG_VERDICT, done).await.ok()
    }

    /// Whether the server answers on another connection. `false` comes only after the full time.
    async fn answers_others(&self) -> bool {
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
        false
    }
}

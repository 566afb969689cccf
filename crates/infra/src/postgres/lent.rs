use diesel_async::pooled_connection::{PoolableConnection as _, deadpool::Object};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use std::time::Duration;
use tokio::runtime::Handle;

/// How long a statement that was left alone may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// A connection on which a unit of work is done. When a client leaves, its work is dropped wherever
/// it is: a statement may still be running then, or a transaction be open, which holds its locks.
/// The next to get such a connection would wait for the one, and everybody for the other.
pub(super) struct Lent(Option<Object<AsyncPgConnection>>);

impl Lent {
    pub(super) fn of(connection: Object<AsyncPgConnection>) -> Self {
        Self(Some(connection))
    }

    pub(super) fn connection(&mut self) -> &mut AsyncPgConnection {
        match &mut self.0 {
            Some(connection) => connection,
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }

    /// The work has come to its end.
    pub(super) fn back(mut self) -> Object<AsyncPgConnection> {
        match self.0.take() {
            Some(connection) => connection,
            None => unreachable!("only `back` takes it, and ends this"),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (Some(connection), Ok(runtime)) = (self.0.take(), Handle::try_current()) else {
            return;
        };
        runtime.spawn(settle(connection));
    }
}

/// Gives a connection back once nothing runs on it any more. One in the middle of a transaction is
/// closed, which undoes the transaction.
async fn settle(mut connection: Object<AsyncPgConnection>) {
    let asked = connection.batch_execute("select 1");
    let has_ended = matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(())));
    if !has_ended || connection.is_broken() {
        drop(Object::take(connection));
    }
}

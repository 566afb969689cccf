//! The only way to run a statement.
//!
//! Outside of a transaction PostgreSQL commits after it has sent the rows, and even after it has
//! said that the command is complete: only "ready for query" says that the commit is durable. If
//! the server goes down in between, the client has the rows but the write is lost. `get_result` and
//! `first` of `diesel_async` return at the first row; `clippy.toml` forbids them, and the others
//! with them, so that each statement runs through here and is read to its end.

use diesel::pg::Pg;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel_async::methods::LoadQuery;
use diesel_async::return_futures::LoadFuture;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::TryFutureExt as _;
use futures_util::future::{AndThen, BoxFuture, MapOk, Ready, ready};

/// Futures with named types: for unnamed ones the compiler cannot see that they are `Send`.
type All<'conn, 'query, Q, U> = LoadFuture<'conn, 'query, Q, AsyncPgConnection, U>;
type Optional<'conn, 'query, Q, U> = MapOk<All<'conn, 'query, Q, U>, fn(Vec<U>) -> Option<U>>;
type One<'conn, 'query, Q, U> =
    AndThen<All<'conn, 'query, Q, U>, Ready<QueryResult<U>>, fn(Vec<U>) -> Ready<QueryResult<U>>>;

/// Runs a statement and returns when the server is ready for the next one. Its writes are durable
/// then, unless a surrounding transaction is still to be committed. Errors that come after the
/// rows, such as those of a deferred constraint, are errors of the statement.
pub(super) trait Execute: Sized {
    /// All rows.
    #[expect(
        clippy::disallowed_methods,
        reason = "it collects a stream that ends with \"ready for query\""
    )]
    fn fetch_all<'query, 'conn, U>(
        self,
        connection: &'conn mut AsyncPgConnection,
    ) -> All<'conn, 'query, Self, U>
    where
        U: Send,
        Self: LoadQuery<'query, AsyncPgConnection, U> + 'query,
    {
        RunQueryDsl::load(self, connection)
    }

    /// The only row; `NotFound` where the result has no row.
    fn fetch_one<'query, 'conn, U>(
        self,
        connection: &'conn mut AsyncPgConnection,
    ) -> One<'conn, 'query, Self, U>
    where
        U: Send,
        Self: LoadQuery<'query, AsyncPgConnection, U> + 'query,
    {
        self.fetch_all(connection)
            .and_then(|rows| ready(only(rows).ok_or(Error::NotFound)))
    }

    /// The only row, or `None`.
    fn fetch_optional<'query, 'conn, U>(
        self,
        connection: &'conn mut AsyncPgConnection,
    ) -> Optional<'conn, 'query, Self, U>
    where
        U: Send,
        Self: LoadQuery<'query, AsyncPgConnection, U> + 'query,
    {
        self.fetch_all(connection).map_ok(only)
    }

    /// How many rows the statement wrote.
    #[expect(
        clippy::disallowed_methods,
        reason = "it returns at \"ready for query\""
    )]
    fn write<'query, 'conn>(
        self,
        connection: &'conn mut AsyncPgConnection,
    ) -> BoxFuture<'conn, QueryResult<usize>>
    where
        Self: QueryFragment<Pg> + QueryId + Send + 'query,
    {
        RunQueryDsl::execute(self, connection)
    }
}

impl<T> Execute for T {}

fn only<U>(mut rows: Vec<U>) -> Option<U> {
    debug_assert!(rows.len() < 2, "a statement of one row has several");
    rows.pop()
}

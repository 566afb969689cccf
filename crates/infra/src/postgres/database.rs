use super::connect::Target;
use super::error::{storage, unavailable};
use super::lent::Lent;
use deadpool::managed::{Hook, HookError, PoolConfig, Timeouts};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::Object, deadpool::Pool,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use domain::error::Result;
use domain::health::Readiness;
use futures_util::TryFutureExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// The database, behind a pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool<AsyncPgConnection>,
    target: Arc<Target>,
    /// Whether the schema is that of this version; before, every unit of work is refused.
    open: Arc<AtomicBool>,
}

/// How long a unit of work may take, from waiting for a connection to the last row. Under load most
/// of it goes into waiting, and a database that is gone or silent is told of within five seconds.
const LIMIT: Duration = Duration::from_secs(4);

/// What is left for the work itself when all of that went into waiting.
const LEAST: Duration = Duration::from_millis(400);

/// How long a connection is used: after a failover, or a change of address, all are new soon.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// Should calling off a statement fail, it still ends some time. That nothing of what was called off
/// lives longer is what the sweeps after a removal go by.
const LAST_RESORT: &str = "set statement_timeout = '30s'";

/// How long calling off a statement may take.
const CANCEL: Duration = Duration::from_millis(400);

/// The schema is not yet that of this version.
#[derive(Debug, thiserror::Error)]
#[error("the database has not been migrated yet")]
struct NotMigrated;

/// The time for one unit of work ran out.
#[derive(Debug, thiserror::Error)]
#[error("the database did not answer within {0:?}")]
pub(super) struct Silent(pub(super) Duration);

impl Database {
    /// A pool of at most `size` connections. It connects when it is first asked to, so it can be
    /// built while the database is away. Connections live on the current runtime, which has to live
    /// as long as work is done: each worker of the HTTP server has one of its own, which ends with the
    /// worker, while others still serve.
    pub fn new(target: Target, size: usize) -> Self {
        let mut config = ManagerConfig::<AsyncPgConnection>::default();
        // A connection that the server closed is noticed without asking it; a ping for each use
        // would double the round trips.
        config.recycling_method = RecyclingMethod::Fast;
        let target = Arc::new(target);
        let connecting = Arc::clone(&target);
        let home = Handle::current();
        config.custom_setup = Box::new(move |_| {
            let connected = home.spawn(connect(Arc::clone(&connecting)));
            let connected =
                connected.map_err(|error| ConnectionError::BadConnection(error.to_string()));
            Box::pin(async { connected.await? })
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let mut pool = PoolConfig::new(size.max(1));
        pool.timeouts = Timeouts {
            wait: Some(LIMIT),
            create: Some(LIMIT),
            recycle: Some(LIMIT),
        };
        let pool = Pool::builder(manager)
            .config(pool)
            .pre_recycle(Hook::sync_fn(|_, metrics| match metrics.age() {
                age if age < MAX_AGE => Ok(()),
                _ => Err(HookError::message("too old")),
            }))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            // The builder fails only when timeouts come without a runtime.
            .unwrap_or_else(|error| unreachable!("{error}"));
        Self {
            pool,
            target,
            open: Arc::default(),
        }
    }

    /// Says that the schema is that of this version, so that work may begin.
    pub fn open(&self) {
        self.open.store(true, Ordering::Release);
    }

    /// Runs one unit of work on a connection of its own.
    pub(super) async fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T> {
        self.attempt(work).await?.map_err(storage)
    }

    /// Like [`Database::run`], and gives a failed statement back to be explained by what it ran
    /// into. The error outside means that the database is away.
    pub(super) async fn attempt<T>(
        &self,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<QueryResult<T>> {
        let begun = Instant::now();
        let mut lent = Lent::of(self.connection().await?);
        let limit = LIMIT.saturating_sub(begun.elapsed()).max(LEAST);
        let done = tokio::time::timeout(limit, work(lent.connection())).await;
        let mut connection = lent.back();
        match done {
            Ok(Ok(value)) => Ok(Ok(value)),
            Ok(Err(error)) if went_away(&error, &mut connection).await => {
                drop(Object::take(connection));
                Err(unavailable(error))
            }
            Ok(Err(error)) => Ok(Err(error)),
            Err(_) => {
                // The statement may still be running: it is called off, so that what is answered
                // with a failure is not done afterwards, and its connection serves nobody else.
                let running = connection.cancel_token();
                drop(Object::take(connection));
                let _ = tokio::time::timeout(CANCEL, self.target.cancel(running)).await;
                Err(unavailable(Silent(begun.elapsed())))
            }
        }
    }

    async fn connection(&self) -> Result<Object<AsyncPgConnection>> {
        if !self.is_open() {
            return Err(unavailable(NotMigrated));
        }
        let acquired = tokio::time::timeout(LIMIT, self.pool.get()).await;
        acquired
            .map_err(|_| unavailable(Silent(LIMIT)))?
            .map_err(unavailable)
    }

    /// Whether work may begin.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Ends all connections; work that is under way ends first.
    pub fn close(&self) {
        self.pool.close();
    }
}

async fn connect(target: Arc<Target>) -> ConnectionResult<AsyncPgConnection> {
    let mut connection = target.connect().await?;
    let limited = connection.batch_execute(LAST_RESORT).await;
    limited.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

#[async_trait::async_trait]
impl Readiness for Database {
    async fn check(&self) -> Result<()> {
        self.run(async |connection| connection.batch_execute("select 1").await)
            .await
    }
}

/// Whether a statement failed because the server is shutting down or crashed. Such errors come as
/// any other does, in the server's own language, so the connection itself is asked.
async fn went_away(error: &DieselError, connection: &mut AsyncPgConnection) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, _) => {
            connection.batch_execute("select 1").await.is_err()
        }
        DieselError::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        )
        | DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}

use super::connect::Target;
use super::error::{contended, unavailable};
use super::unit::{LIMIT, Silent};
use super::work::Places;
use crate::storage::Storage;
use deadpool::managed::{Hook, HookError, PoolConfig, PoolError, TimeoutType, Timeouts, WeakPool};
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::Object, deadpool::Pool,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use domain::admission::Caller;
use domain::error::Result;
use domain::health::Readiness;
use futures_util::TryFutureExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// The database, behind a pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool<AsyncPgConnection>,
    pub(super) target: Arc<Target>,
    /// The runtime of the connections.
    pub(super) home: Handle,
    /// How many connections above the pool's size there may be: of connections that were given up,
    /// it is not known whether the server has ended their statements.
    pub(super) write_offs: Arc<Semaphore>,
    /// How long a unit of work may take.
    pub(super) patience: Duration,
    /// When the server last answered.
    heard: watch::Sender<Option<Instant>>,
    /// The limits of concurrent work.
    pub(super) places: Arc<Places>,
    /// Whether the schema is that of this version. Until then, every unit of work is refused.
    open: Arc<AtomicBool>,
    /// Is notified when the database has no room.
    pub(super) storage: Arc<Storage>,
}

/// A unit of work waits for a connection a little longer than a unit may take, since units that
/// took too long return theirs then.
const LONGER: Duration = Duration::from_millis(200);

/// How long a connection is used: after a failover, or a change of address, all are soon replaced.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// How long an unused connection is kept, and how often that is checked. A connection keeps the
/// memory of its largest statement, and the server keeps as much for it.
const IDLE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_secs(5);

/// Ends a statement whose cancellation has failed. The sweeps after a removal rely on this limit:
/// no cancelled work runs longer.
const LAST_RESORT: &str = "set statement_timeout = '30s'";

/// The schema is not yet that of this version.
#[derive(Debug, thiserror::Error)]
#[error("the database has not been migrated yet")]
struct NotMigrated;

impl Database {
    /// A pool of at most `size` connections. It connects when the first connection is needed, so it
    /// can be built while the database is away. Connections live on the current runtime, which must
    /// live as long as work is done: each worker of the HTTP server has its own runtime, which ends
    /// with the worker, while others still serve.
    pub fn new(target: Target, size: usize) -> Self {
        Self::patient(target, size, LIMIT)
    }

    /// The same with another time limit for units of work: for tests that hold a lock until others
    /// wait for it, however long those take to come.
    pub fn patient(target: Target, size: usize, patience: Duration) -> Self {
        let queue = patience.saturating_add(LONGER);
        let mut config = ManagerConfig::<AsyncPgConnection>::default();
        // A connection that the server closed is noticed without a ping; a ping for each use would
        // double the round trips.
        config.recycling_method = RecyclingMethod::Fast;
        let target = Arc::new(target);
        let connecting = Arc::clone(&target);
        let (home, size) = (Handle::current(), size.max(1));
        let at_home = home.clone();
        config.custom_setup = Box::new(move |_| {
            let connected = at_home.spawn(connect(Arc::clone(&connecting)));
            let connected =
                connected.map_err(|error| ConnectionError::BadConnection(error.to_string()));
            Box::pin(async { connected.await? })
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let mut pool = PoolConfig::new(size);
        pool.timeouts = Timeouts {
            wait: Some(queue),
            create: Some(queue),
            recycle: Some(queue),
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
        home.spawn(close_idle(pool.weak()));
        Self {
            pool,
            target,
            home,
            write_offs: Arc::new(Semaphore::new(size)),
            patience,
            heard: watch::Sender::new(None),
            places: Arc::new(Places::new(size)),
            open: Arc::default(),
            storage: Storage::unmeasured(),
        }
    }

    /// The same, with the storage that is notified when the database has no room.
    #[must_use]
    pub fn reporting_to(self, storage: Arc<Storage>) -> Self {
        Self { storage, ..self }
    }

    /// Says that the schema is that of this version, so that work may begin.
    pub fn open(&self) {
        self.open.store(true, Ordering::Release);
    }

    /// How long a unit of work waits for its turn and for a connection.
    pub(super) fn queue(&self) -> Duration {
        self.patience.saturating_add(LONGER)
    }

    /// A connection, once one is free. If none was free for so long since `begun`, but the server
    /// has answered another connection meanwhile, the database counts as busy and not as away.
    pub(super) async fn connection(&self, begun: Instant) -> Result<Object<AsyncPgConnection>> {
        let queue = self.queue();
        let acquired = tokio::time::timeout_at(begun + queue, self.pool.get()).await;
        match acquired {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(PoolError::Timeout(TimeoutType::Wait))) | Err(_) => {
                match self.was_heard_since(begun) {
                    true => Err(contended(Silent(queue))),
                    false => Err(unavailable(Silent(queue))),
                }
            }
            Ok(Err(error)) => Err(unavailable(error)),
        }
    }

    /// Notes that the server has answered.
    pub(super) fn was_heard(&self) {
        self.heard.send_replace(Some(Instant::now()));
    }

    pub(super) fn was_heard_since(&self, time: Instant) -> bool {
        self.heard.borrow().is_some_and(|heard| heard >= time)
    }

    pub(super) fn must_be_open(&self) -> Result<()> {
        match self.is_open() {
            true => Ok(()),
            false => Err(unavailable(NotMigrated)),
        }
    }

    /// Whether work may begin.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// The most connections of the pool.
    #[must_use]
    pub fn most_connections(&self) -> usize {
        self.pool.status().max_size
    }

    /// Closes all connections, after their running work.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// Closes unused connections, as long as the pool exists. Connections in use are not in the pool at
/// that moment.
async fn close_idle(pool: WeakPool<AsyncDieselConnectionManager<AsyncPgConnection>>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let Some(pool) = pool.upgrade() else { return };
        drop(pool.retain(|_, metrics| metrics.last_used() < IDLE));
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
        self.run(Caller::Readiness, async |connection| {
            connection.batch_execute("select 1").await
        })
        .await
    }
}

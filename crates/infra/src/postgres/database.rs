use super::connect::Target;
use super::error::{Silent, contended, not_begun};
use super::figures::{Figures, PoolConnections};
use super::following::FollowedReplica;
use super::pool::{Pool, Pooled};
use super::position::Positions;
use super::work::{WorkPermits, WorkRequest};
use crate::storage::DiskRoom;
use diesel_async::SimpleAsyncConnection as _;
use domain::admission::{Budget, Caller, Permit};
use domain::error::Result;
use domain::health::Readiness;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

/// The database, behind a pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    pub(super) target: Arc<Target>,
    /// The runtime that outlives all work.
    pub(super) home: Handle,
    /// How many connections above the pool's size there may be: of connections that were given up,
    /// it is not known whether the server has ended their statements.
    pub(super) write_offs: Arc<Semaphore>,
    /// How long a unit of work may take.
    pub(super) patience: Duration,
    /// When the server last answered.
    heard: watch::Sender<Option<Instant>>,
    /// The limits of concurrent work.
    permits: Arc<WorkPermits>,
    /// Whether the schema is that of this version. Until then, every unit of work is refused.
    open: Arc<AtomicBool>,
    /// Whether Citus keeps the tables in parts.
    pub(super) divided: Arc<AtomicBool>,
    /// Is notified when the database has no room.
    pub(super) storage: Arc<DiskRoom>,
    pub(super) figures: Arc<Figures>,
    pub(super) replica: Option<Arc<Replica>>,
}

/// A replica, which answers reads.
pub(super) struct Replica {
    pub(super) database: Database,
    pub(super) following: FollowedReplica,
}

/// How long a unit of work may take, from waiting for a connection to the last row. Under load it
/// mostly waits; a database that is away or silent is reported within five seconds.
const LIMIT: Duration = Duration::from_secs(4);

/// A unit of work waits for a connection a little longer than a unit may take, since units that
/// took too long return theirs then, when the server has said what became of them.
const LONGER: Duration = Duration::from_millis(700);

/// The schema is not yet that of this version.
#[derive(Debug, thiserror::Error)]
#[error("the database has not been migrated yet")]
struct NotMigrated;

impl Database {
    /// A pool of at most `size` connections. It connects when the first connection is needed, so it
    /// can be built while the database is away. Work may be done on any runtime; the current one
    /// must outlive all of them.
    pub fn new(target: Target, size: usize) -> Self {
        Self::patient(target, size, LIMIT)
    }

    /// As [`Self::new`], with another time limit for units of work: for tests that hold a lock
    /// until others wait for it, however long those take to come.
    pub fn patient(target: Target, size: usize, patience: Duration) -> Self {
        let target = Arc::new(target);
        let pool = Pool::new(Arc::clone(&target), size);
        Self::with(pool, target, patience)
    }

    /// As [`Self::patient`], with all connections on the current runtime: for tests that hand the
    /// database on to the next, when the workers of their service have ended.
    pub fn undivided(target: Target, size: usize, patience: Duration) -> Self {
        let target = Arc::new(target);
        let pool = Pool::undivided(Arc::clone(&target), size);
        Self::with(pool, target, patience)
    }

    fn with(pool: Pool, target: Arc<Target>, patience: Duration) -> Self {
        let size = pool.size();
        Self {
            pool,
            target,
            home: Handle::current(),
            write_offs: Arc::new(Semaphore::new(size)),
            patience,
            heard: watch::Sender::new(None),
            permits: Arc::new(WorkPermits::new(size)),
            open: Arc::default(),
            divided: Arc::default(),
            storage: DiskRoom::unmeasured(),
            figures: Arc::default(),
            replica: None,
        }
    }

    /// Sets the storage that is notified when the database has no room.
    #[must_use]
    pub fn reporting_to(self, storage: Arc<DiskRoom>) -> Self {
        Self { storage, ..self }
    }

    /// Sets the replica.
    pub(super) fn with_replica(self, replica: Self) -> Self {
        let positions = Positions::of(Arc::clone(&self.target), &self.home);
        let replica = Replica {
            database: replica,
            following: FollowedReplica::new(positions),
        };
        Self {
            replica: Some(Arc::new(replica)),
            ..self
        }
    }

    /// Says that the schema is that of this version, so that work may begin.
    pub fn open(&self) {
        self.open.store(true, Ordering::Release);
    }

    /// How long a unit of work waits for a permit and for a connection.
    fn queue(&self) -> Duration {
        self.patience.saturating_add(LONGER)
    }

    /// How many units of work wait for a permit.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.permits.waiting()
    }

    /// Waits for a permit to fork; half of the time is left for the work itself.
    pub(super) async fn fork_permit(&self, request: WorkRequest) -> Result<Permit> {
        let deadline = request.begun + self.queue() / 2;
        self.permits.fork_permit(request, deadline).await
    }

    /// Waits for a permit for the caller.
    pub(super) async fn permit(&self, request: WorkRequest) -> Result<Permit> {
        self.must_be_open()?;
        let deadline = request.begun + self.queue();
        let permit = self.permits.permit(request, deadline).await;
        permit.ok_or_else(|| match self.was_heard_since(request.begun) {
            true => WorkPermits::overloaded(),
            false => not_begun(Silent(self.queue())),
        })
    }

    /// A connection, once one is free. If all were in use for so long since `begun`, but the server
    /// has answered another connection meanwhile, the database counts as busy and not as away.
    pub(super) async fn connection(&self, begun: Instant) -> Result<Pooled> {
        let queue = self.queue();
        let acquired = tokio::time::timeout_at(begun + queue, self.pool.get()).await;
        match acquired {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(not_begun(error)),
            Err(_) => match self.was_heard_since(begun) {
                true => Err(contended(Silent(queue))),
                false => Err(not_begun(Silent(queue))),
            },
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
            false => Err(not_begun(NotMigrated)),
        }
    }

    /// Whether work may begin.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Whether there is a clone of this, or work under way.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.pool.is_shared()
    }

    /// The most connections of the pool.
    #[must_use]
    pub fn most_connections(&self) -> usize {
        self.pool.size()
    }

    /// Figures about its work so far.
    #[must_use]
    pub fn figures(&self) -> Arc<Figures> {
        Arc::clone(&self.figures)
    }

    /// How long requests have used its connections, all together: more than the time that has
    /// passed, where several were used at the same time.
    #[must_use]
    pub fn used_by_requests(&self) -> Duration {
        Duration::from_micros(self.figures.requests.read())
    }

    /// The connections of the pool, as they are used now.
    #[must_use]
    pub fn connections(&self) -> PoolConnections {
        self.pool.connections()
    }

    /// The limits of concurrent work, and of forks.
    #[must_use]
    pub fn budgets(&self) -> [Budget; 2] {
        self.permits.budgets()
    }

    /// Closes all connections, after their running work.
    pub fn close(&self) {
        self.pool.close();
        if let Some(replica) = &self.replica {
            replica.database.close();
        }
    }
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

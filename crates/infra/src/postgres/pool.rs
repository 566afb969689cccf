//! The connections to the database.
//!
//! A connection is driven by the runtime on which it was opened, and each worker of the HTTP server
//! has its own, which ends with the worker, while others still serve. So a unit of work gets a
//! connection of its own runtime: then no other thread has to be woken for each message. Or it gets
//! one of the home runtime, which outlives all work, but never one of another worker. Where all
//! places are taken by those, an idle one is closed to make room: its socket by its own worker, when that
//! gets to it, so for a moment there may be one connection more. A pool that is small for the
//! number of workers is not divided: all its connections live on the home runtime.

use super::connect::Target;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::PoolableConnection as _;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::runtime::{Handle, Id};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// How long a connection is used: after a failover, or a change of address, all are soon replaced.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// How long an unused connection is kept, and how often that is checked. A connection keeps the
/// memory of its largest statement, and the server keeps as much for it.
const IDLE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_secs(5);

/// How many unused connections are kept that have read a large row. Such a connection keeps twice
/// the memory of the row, so these few are closed at the next check.
const LARGE: usize = 2;

/// The pool is divided if each runtime can have so many connections.
const LEAST_EACH: usize = 2;

/// An idle connection of another runtime is closed for the sake of this one when it has not been
/// used for so long, or when this one has waited for so long. Otherwise two busy runtimes would
/// take connections from each other all the time.
const RESTED: Duration = Duration::from_millis(10);

/// A pool of connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    target: Arc<Target>,
    /// The most connections.
    size: usize,
    /// The runtime that outlives all work.
    home: Handle,
    /// Whether workers have connections of their own.
    is_divided: bool,
    state: Mutex<State>,
    /// Notifies those who wait that a connection is idle or closed.
    freed: Notify,
}

#[derive(Default)]
struct State {
    /// The last one was used last.
    idle: Vec<Idle>,
    /// How many connections there are, with those that are being opened.
    open: usize,
    is_closed: bool,
}

struct Idle {
    opened: Box<Opened>,
    since: Instant,
}

impl State {
    /// How many unused connections have read a large row.
    fn large(&self) -> usize {
        let large = |idle: &&Idle| idle.opened.is_large;
        self.idle.iter().filter(large).count()
    }
}

impl Idle {
    /// Whether it was not used for so long that it is closed.
    fn is_over(&self) -> bool {
        let kept = if self.opened.is_large { LOOK } else { IDLE };
        self.since.elapsed() >= kept
    }
}

struct Opened {
    connection: AsyncPgConnection,
    runtime: Id,
    at: Instant,
    /// Whether it has read a large row.
    is_large: bool,
}

impl Opened {
    /// Whether it can be used again. A connection that the server closed is noticed without a
    /// ping; a ping for each use would double the round trips.
    fn is_sound(&mut self) -> bool {
        self.at.elapsed() < MAX_AGE && !self.connection.is_broken()
    }
}

/// A connection that is in use, or the place for one. Goes back to the pool when this is dropped.
pub(super) struct Pooled {
    opened: Option<Box<Opened>>,
    shared: Arc<Shared>,
}

/// Why the pool gives no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoConnection {
    #[error("the database cannot be reached")]
    Unreachable(#[from] ConnectionError),
    #[error("the service is stopping")]
    Closed,
}

enum Found {
    Connection(Pooled),
    /// Room for a connection that is still to be opened.
    Room(Pooled),
    Nothing,
}

impl Pool {
    /// The current runtime is the home of the pool.
    pub(super) fn new(target: Arc<Target>, size: usize) -> Self {
        let size = size.max(1);
        // As many workers as processors, and the home runtime.
        let runtimes = available_parallelism().map_or(1, usize::from) + 1;
        let shared = Arc::new(Shared {
            target,
            size,
            home: Handle::current(),
            is_divided: size >= LEAST_EACH * runtimes,
            state: Mutex::default(),
            freed: Notify::new(),
        });
        shared.home.spawn(close_idle(Arc::downgrade(&shared)));
        Self(shared)
    }

    /// A connection for work on the current runtime, once there is one.
    pub(super) async fn get(&self) -> Result<Pooled, NoConnection> {
        let shared = &self.0;
        let runtime = match shared.is_divided {
            true => Handle::current(),
            false => shared.home.clone(),
        };
        let begun = Instant::now();
        loop {
            // Made before the look, so that it does not miss what comes back after it.
            let freed = shared.freed.notified();
            match shared.find(runtime.id(), begun)? {
                Found::Connection(pooled) => return Ok(pooled),
                Found::Room(mut place) => {
                    place.opened = Some(Box::new(shared.open(&runtime).await?));
                    return Ok(place);
                }
                Found::Nothing => {
                    tokio::select! {
                        () = freed => {}
                        () = sleep(RESTED) => {}
                    }
                }
            }
        }
    }

    /// The most connections.
    pub(super) fn size(&self) -> usize {
        self.0.size
    }

    /// Closes all connections, after their running work.
    pub(super) fn close(&self) {
        let idle = {
            let mut state = self.0.state();
            state.is_closed = true;
            state.open -= state.idle.len();
            std::mem::take(&mut state.idle)
        };
        drop(idle);
        self.0.freed.notify_waiters();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a connection that lives on this runtime.
    async fn open(&self, runtime: &Handle) -> ConnectionResult<Opened> {
        let target = Arc::clone(&self.target);
        let connecting = runtime.spawn(async move { target.connect_for_work().await });
        let mut connecting = Aborted(connecting);
        let connected = (&mut connecting.0)
            .await
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        Ok(Opened {
            connection: connected?,
            runtime: runtime.id(),
            at: Instant::now(),
            is_large: false,
        })
    }

    /// Finds a connection for work on the runtime `here`, which waits since `begun`.
    fn find(self: &Arc<Self>, here: Id, begun: Instant) -> Result<Found, NoConnection> {
        let mut state = self.state();
        if state.is_closed {
            return Err(NoConnection::Closed);
        }
        let pooled = |opened| Pooled {
            opened,
            shared: Arc::clone(self),
        };
        let of = |runtime: Id| move |idle: &Idle| idle.opened.runtime == runtime;
        let mut found = state.idle.iter().rposition(of(here));
        if found.is_none() && state.open < self.size {
            state.open += 1;
            return Ok(Found::Room(pooled(None)));
        }
        found = found.or_else(|| state.idle.iter().rposition(of(self.home.id())));
        let Some(found) = found else {
            // Those that are left belong to other workers. The first was not used for longest.
            let is_free = |idle: &Idle| begun.elapsed().max(idle.since.elapsed()) >= RESTED;
            if !state.idle.first().is_some_and(is_free) {
                return Ok(Found::Nothing);
            }
            let closed = state.idle.remove(0);
            drop(state);
            drop(closed);
            return Ok(Found::Room(pooled(None)));
        };
        let Idle { mut opened, .. } = state.idle.remove(found);
        drop(state);
        Ok(match opened.is_sound() {
            true => Found::Connection(pooled(Some(opened))),
            false => Found::Room(pooled(None)),
        })
    }
}

/// A task that ends with its owner: what is not waited for any more must not hold a connection.
struct Aborted<T>(JoinHandle<T>);

impl<T> Drop for Aborted<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pooled {
    /// Closes the connection.
    pub(super) fn close(mut self) {
        self.opened = None;
    }

    /// Notes that the connection has read a large row.
    pub(super) fn is_large(&mut self) {
        if let Some(opened) = &mut self.opened {
            opened.is_large = true;
        }
    }
}

impl Deref for Pooled {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        match &self.opened {
            Some(opened) => &opened.connection,
            None => unreachable!("only `close` and `drop` take it, and end this"),
        }
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        match &mut self.opened {
            Some(opened) => &mut opened.connection,
            None => unreachable!("only `close` and `drop` take it, and end this"),
        }
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let mut opened = self.opened.take();
        let is_sound = opened.as_mut().is_some_and(|opened| opened.is_sound());
        let mut state = self.shared.state();
        let is_wanted = |opened: &Opened| !opened.is_large || state.large() < LARGE;
        let is_kept = is_sound && !state.is_closed && opened.as_deref().is_some_and(is_wanted);
        match opened.take_if(|_| is_kept) {
            Some(opened) => state.idle.push(Idle {
                opened,
                since: Instant::now(),
            }),
            None => state.open -= 1,
        }
        drop(state);
        self.shared.freed.notify_waiters();
    }
}

/// Closes unused connections, as long as the pool exists.
async fn close_idle(shared: Weak<Shared>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let mut state = shared.state();
        let unused: Vec<_> = state.idle.extract_if(.., |idle| idle.is_over()).collect();
        state.open -= unused.len();
        drop(state);
        drop(unused);
    }
}

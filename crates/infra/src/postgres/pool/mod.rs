//! The connections to the database.
//!
//! A connection is driven by the runtime on which it was opened, and each worker of the HTTP server
//! has its own, which ends with the worker, while others still serve. So a unit of work gets a
//! connection of the runtime it runs on: then no other thread has to be woken for each message. Or
//! it gets one of the home runtime, which outlives all work, but never one of another worker. Where
//! all permits are taken by those, an idle one is closed to make room: its socket by its own worker,
//! when that gets to it, so for a moment there may be one connection more. A pool that is small for
//! the number of workers is not divided: all its connections live on the home runtime.

mod opened;
mod pooled;

use super::connect::Target;
use super::figures::PoolConnections;
use diesel::ConnectionError;
use opened::{Idle, LOOK};
pub(super) use pooled::Pooled;
use pooled::SharedPool;
use std::sync::{Arc, Mutex, Weak};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::runtime::{Handle, Id};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// The pool is divided if each runtime can have at least this number of connections.
const LEAST_EACH: usize = 2;

/// An idle connection of another runtime is closed for the sake of this one when it has not been
/// used for so long, or when this one has waited for so long. Otherwise two busy runtimes would
/// take connections from each other all the time.
const RESTED: Duration = Duration::from_millis(10);

/// A pool of connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pool(Arc<SharedPool>);

/// Why the pool gives no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoConnection {
    #[error("the database cannot be reached")]
    Unreachable(#[from] ConnectionError),
    #[error("the service is stopping")]
    Closed,
}

enum Free {
    Connection(Pooled),
    /// Room for a connection that is still to be opened.
    Unopened(Pooled),
    Nothing,
}

impl Pool {
    /// The current runtime is the home of the pool.
    pub(super) fn new(target: Arc<Target>, size: usize) -> Self {
        // As many workers as processors, and the home runtime.
        let runtimes = available_parallelism().map_or(1, usize::from) + 1;
        Self::with(target, size, size >= LEAST_EACH * runtimes)
    }

    /// As [`Self::new`], with all connections on the home runtime.
    pub(super) fn undivided(target: Arc<Target>, size: usize) -> Self {
        Self::with(target, size, false)
    }

    fn with(target: Arc<Target>, size: usize, is_divided: bool) -> Self {
        let shared = Arc::new(SharedPool {
            target,
            size: size.max(1),
            home: Handle::current(),
            is_divided,
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
            // Made before the search, so that it sees connections that come back after the search.
            let freed = shared.freed.notified();
            match self.find(runtime.id(), begun)? {
                Free::Connection(pooled) => return Ok(pooled),
                Free::Unopened(mut pooled) => {
                    pooled.opened = Some(Box::new(shared.open(&runtime).await?));
                    return Ok(pooled);
                }
                Free::Nothing => {
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

    /// How its connections are used now.
    pub(super) fn connections(&self) -> PoolConnections {
        let state = self.0.state();
        let idle = state.idle.len();
        PoolConnections {
            most: self.0.size,
            idle,
            in_use: state.open.saturating_sub(idle),
        }
    }

    /// Whether there is a clone of this, or a connection of it in use.
    pub(super) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
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

    /// Finds a connection for work on the runtime `here`, which waits since `begun`.
    fn find(&self, here: Id, begun: Instant) -> Result<Free, NoConnection> {
        let shared = &self.0;
        let mut state = shared.state();
        if state.is_closed {
            return Err(NoConnection::Closed);
        }
        let pooled = |opened| Pooled {
            opened,
            shared: Arc::clone(shared),
        };
        let of = |runtime: Id| move |idle: &Idle| idle.opened.runtime == runtime;
        let mut found = state.idle.iter().rposition(of(here));
        if found.is_none() && state.open < shared.size {
            state.open += 1;
            return Ok(Free::Unopened(pooled(None)));
        }
        found = found.or_else(|| state.idle.iter().rposition(of(shared.home.id())));
        let Some(found) = found else {
            // Those that are left belong to other workers. The first was not used for longest.
            let is_free = |idle: &Idle| begun.elapsed().max(idle.since.elapsed()) >= RESTED;
            if !state.idle.first().is_some_and(is_free) {
                return Ok(Free::Nothing);
            }
            let closed = state.idle.remove(0);
            drop(state);
            drop(closed);
            return Ok(Free::Unopened(pooled(None)));
        };
        let Idle { mut opened, .. } = state.idle.remove(found);
        drop(state);
        Ok(match opened.is_sound() {
            true => Free::Connection(pooled(Some(opened))),
            false => Free::Unopened(pooled(None)),
        })
    }
}

/// Closes unused connections, as long as the pool exists.
async fn close_idle(shared: Weak<SharedPool>) {
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

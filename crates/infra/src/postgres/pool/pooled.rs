//! A connection in use, which goes back to the pool.

use super::opened::{Idle, LARGE, Opened, PoolState};
use crate::postgres::connect::Target;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use domain::mutex::locked;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The pool itself, which all its handles share.
pub(super) struct SharedPool {
    pub(super) target: Arc<Target>,
    /// The most connections.
    pub(super) size: usize,
    /// The runtime that outlives all work.
    pub(super) home: Handle,
    /// Whether each worker has its own connections.
    pub(super) is_divided: bool,
    pub(super) state: Mutex<PoolState>,
    /// Notifies waiting callers that a connection is idle or closed.
    pub(super) freed: Notify,
}

impl SharedPool {
    pub(super) fn state(&self) -> MutexGuard<'_, PoolState> {
        locked(&self.state)
    }

    /// Opens a connection that lives on this runtime.
    pub(super) async fn open(&self, runtime: &Handle) -> ConnectionResult<Opened> {
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
            replayed: 0,
        })
    }
}

/// A task that ends with its owner. Without a waiting caller it must not hold a connection.
struct Aborted<T>(JoinHandle<T>);

impl<T> Drop for Aborted<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection that is in use, or the permit for one. Goes back to the pool when this is dropped.
pub(in crate::postgres) struct Pooled {
    pub(super) opened: Option<Box<Opened>>,
    pub(super) shared: Arc<SharedPool>,
}

impl Pooled {
    /// Closes the connection.
    pub(in crate::postgres) fn close(mut self) {
        self.opened = None;
    }

    /// The position in the log that the server of this connection, a replica, has replayed.
    pub(in crate::postgres) fn replayed(&mut self) -> &mut i64 {
        match &mut self.opened {
            Some(opened) => &mut opened.replayed,
            None => unreachable!("only `close` and `drop` take it, and end this"),
        }
    }

    /// Notes that the connection has read a large row.
    pub(in crate::postgres) fn is_large(&mut self) {
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

//! Connections that are open, and those of them that wait for work.

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::PoolableConnection as _;
use std::time::Duration;
use tokio::runtime::Id;
use tokio::time::Instant;

/// How long a connection is used: after a failover, or a change of address, all are soon replaced.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// How long an unused connection is kept, and how often that is checked. A connection keeps the
/// memory of its largest statement, and the server keeps as much for it.
const IDLE: Duration = Duration::from_secs(20);
pub(super) const LOOK: Duration = Duration::from_secs(5);

/// How many unused connections are kept that have read a large row. Such a connection keeps twice
/// the memory of the row, so these few are closed at the next check.
pub(super) const LARGE: usize = 2;

#[derive(Default)]
pub(super) struct PoolState {
    /// The last one was used last.
    pub(super) idle: Vec<Idle>,
    /// How many connections there are, with those that are being opened.
    pub(super) open: usize,
    pub(super) is_closed: bool,
}

pub(super) struct Idle {
    pub(super) opened: Box<Opened>,
    pub(super) since: Instant,
}

impl PoolState {
    /// How many unused connections have read a large row.
    pub(super) fn large(&self) -> usize {
        let large = |idle: &&Idle| idle.opened.is_large;
        self.idle.iter().filter(large).count()
    }
}

impl Idle {
    /// Whether it was not used for so long that it is closed.
    pub(super) fn is_over(&self) -> bool {
        let kept = if self.opened.is_large { LOOK } else { IDLE };
        self.since.elapsed() >= kept
    }
}

pub(super) struct Opened {
    pub(super) connection: AsyncPgConnection,
    pub(super) runtime: Id,
    pub(super) at: Instant,
    /// Whether it has read a large row.
    pub(super) is_large: bool,
    /// The position in the log that the server, a replica, has replayed.
    pub(super) replayed: i64,
}

impl Opened {
    /// Whether it can be used again. A connection that the server closed is noticed without a
    /// ping; a ping for each use would double the round trips.
    pub(super) fn is_sound(&mut self) -> bool {
        self.at.elapsed() < MAX_AGE && !self.connection.is_broken()
    }
}

//! A client's connection, below HTTP: who may have one, how far ahead it is read, and when it ends.

mod deadline;
mod places;
mod stream;

pub use places::{Connections, Unlimited};
pub use stream::{ClientStream, Patience};

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Instant;
use tokio::sync::Notify;

/// How much of what follows a request is read while the request is under way. The framework keeps
/// up to sixteen requests that follow, and 128 KiB more, however long the first one takes.
const READ_AHEAD: usize = 64 * 1024;

/// What the stream of a connection and the requests on it tell each other. Both live on one thread.
#[derive(Clone)]
pub struct Connection(Rc<State>);

struct State {
    /// Requests whose answer is not written.
    under_way: Cell<usize>,
    /// Since when there are none of those.
    idle_since: Cell<Instant>,
    /// Bytes that were read and that no request has asked for.
    unread: Cell<usize>,
    /// The task that waits until more may be read.
    reader: RefCell<Option<Waker>>,
    is_ended: Cell<bool>,
    ended: Notify,
}

/// A request on the connection, until its answer is written.
pub(crate) struct UnderWay(Connection);

impl Connection {
    fn new() -> Self {
        Self(Rc::new(State {
            under_way: Cell::new(0),
            idle_since: Cell::new(Instant::now()),
            unread: Cell::new(0),
            reader: RefCell::new(None),
            is_ended: Cell::new(false),
            ended: Notify::new(),
        }))
    }

    /// A request begins.
    pub(crate) fn begin(&self) -> UnderWay {
        self.0.under_way.set(self.0.under_way.get() + 1);
        self.0.unread.set(0);
        UnderWay(self.clone())
    }

    /// A request has taken everything that was read for it.
    pub(crate) fn wants_more(&self) {
        self.0.unread.set(0);
        self.read_on();
    }

    /// Returns when the client will send no more, because it has left or has said so.
    pub(crate) async fn ended(&self) {
        while !self.0.is_ended.get() {
            self.0.ended.notified().await;
        }
    }

    /// Since when no request is under way.
    fn idle_since(&self) -> Option<Instant> {
        (self.0.under_way.get() == 0).then(|| self.0.idle_since.get())
    }

    /// Whether more may be read now; if not, the task is woken when it may.
    fn may_read(&self, context: &Context<'_>) -> bool {
        let may = self.0.under_way.get() == 0 || self.0.unread.get() < READ_AHEAD;
        if !may {
            self.0.reader.replace(Some(context.waker().clone()));
        }
        may
    }

    fn has_read(&self, bytes: usize) {
        self.0.unread.set(self.0.unread.get() + bytes);
    }

    fn has_ended(&self) {
        self.0.is_ended.set(true);
        self.0.ended.notify_waiters();
    }

    fn read_on(&self) {
        if let Some(reader) = self.0.reader.take() {
            reader.wake();
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let Self(connection) = self;
        let state = &connection.0;
        state.under_way.set(state.under_way.get().saturating_sub(1));
        state.idle_since.set(Instant::now());
        state.unread.set(0);
        connection.read_on();
    }
}

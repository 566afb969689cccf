//! A client's connection, below HTTP: the number of connections, how far ahead is read, and
//! timeouts.

mod awaited;
mod deadline;
mod heads;
mod patience;
mod permits;
mod pieces;
mod refusal;
mod stalls;
mod stream;
mod traffic;

pub(crate) use heads::size_of_body;
pub use patience::ClientTimeouts;
pub use permits::{ConnectionLimits, Unlimited};
pub use stream::ClientStream;
pub use traffic::Traffic;

use domain::admission::Refused;
use heads::{Head, READ_AHEAD};
use permits::ConnectionPermit;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Instant;
use tokio::sync::Notify;
use tokio::task::yield_now;

/// The least part of an answer, in bytes, that a client must take within its time limit.
const LEAST: u64 = 32 * 1024;

/// A client must also take this part of the memory that answers hold: 1/`PARTS`.
const PARTS: u64 = 16;

/// The state that the stream of a connection and its requests share. Both live on one thread.
#[derive(Clone)]
pub struct Connection(Rc<ConnectionState>);

struct ConnectionState {
    /// Requests whose answers are not completely written.
    under_way: Cell<usize>,
    /// When the last of those ended.
    idle_since: Cell<Instant>,
    /// When the task that reads is woken to look at the time.
    wakes_at: Cell<Option<Instant>>,
    /// Bytes that may be read now.
    allowance: Cell<usize>,
    /// Whether more may be read in the next poll, if no request runs then.
    is_due: Cell<bool>,
    /// Whether a request has begun since the last poll of this connection began.
    has_begun: Cell<bool>,
    /// The head of the next request, while it is not complete.
    head: RefCell<Head>,
    /// The bytes of memory that the current answer holds.
    held: Cell<u64>,
    /// The task that waits for bytes, or until more of them may be read.
    reader: RefCell<Option<Waker>>,
    is_ended: Cell<bool>,
    ended: Notify,
}

/// A request on the connection, until its answer is completely written.
pub(crate) struct UnderWay(Connection);

impl Connection {
    fn new() -> Self {
        Self(Rc::new(ConnectionState {
            under_way: Cell::new(0),
            idle_since: Cell::new(Instant::now()),
            wakes_at: Cell::new(None),
            allowance: Cell::new(READ_AHEAD),
            is_due: Cell::new(false),
            has_begun: Cell::new(false),
            head: RefCell::default(),
            held: Cell::new(0),
            reader: RefCell::new(None),
            is_ended: Cell::new(false),
            ended: Notify::new(),
        }))
    }

    /// A request begins. `body` is the length of its body; `None`: it comes in pieces.
    pub(crate) fn begin(&self, body: Option<u64>) -> UnderWay {
        self.0.head.borrow_mut().is_complete(body);
        self.0.under_way.set(self.0.under_way.get() + 1);
        UnderWay(self.clone())
    }

    /// If a request has begun in this poll already, yields to the other connections of this worker.
    /// The framework would process all available requests of one connection, while the others wait.
    pub(crate) async fn give_way(&self) {
        if self.0.has_begun.replace(true) {
            yield_now().await;
            self.0.has_begun.set(true);
        }
    }

    /// A request has consumed all bytes that were read for it.
    pub(crate) fn wants_more(&self) {
        // Otherwise the stream already waits for the socket: waking it would loop until bytes come.
        let of_body = self.0.head.borrow().of_body();
        if self.0.allowance.replace(of_body) == 0 {
            self.read_on();
        }
    }

    /// The body of the request was read to its end.
    pub(crate) fn has_read_body(&self) {
        self.0.head.borrow_mut().is_next();
    }

    /// Whether the connection must be closed after its answer: a head was so large that the
    /// framework would keep much memory for it, or it is not known where the next head begins.
    pub(crate) fn is_worn(&self) -> bool {
        self.0.head.borrow().is_last()
    }

    /// Whether the rest of a body that is not read must come before the next head.
    fn owes_body(&self) -> bool {
        self.0.head.borrow().is_behind_body()
    }

    /// Whether bytes of the next head have come.
    fn has_begun_next(&self) -> bool {
        self.0.head.borrow().has_begun()
    }

    /// Returns when the client will send no more, because it has disconnected or closed its half.
    pub(crate) async fn ended(&self) {
        while !self.0.is_ended.get() {
            self.0.ended.notified().await;
        }
    }

    /// Whether the client will send no more.
    pub(crate) fn is_ended(&self) -> bool {
        self.0.is_ended.get()
    }

    /// Since when no request is running; `None` while one is.
    fn idle_since(&self) -> Option<Instant> {
        (self.0.under_way.get() == 0).then(|| self.0.idle_since.get())
    }

    /// A poll of the connection begins.
    fn begins_poll(&self) {
        self.0.has_begun.set(false);
    }

    /// How many bytes may be read now. If it is 0, the task that waits is woken when more may be read.
    fn allowance(&self, context: &Context<'_>) -> usize {
        match (self.0.allowance.get(), self.0.under_way.get()) {
            // The bytes are the beginning of a head, or requests that the framework has not seen
            // yet.
            (0, 0) if !self.0.is_due.replace(true) => context.waker().wake_by_ref(),
            // In this later poll no request has begun, so the bytes were the beginning of a head.
            (0, 0) => {
                self.0.is_due.set(false);
                self.0.allowance.set(READ_AHEAD);
            }
            _ => {}
        }
        self.0.allowance.get()
    }

    /// Whether memory of an incomplete head is not counted yet.
    fn is_unpaid(&self) -> bool {
        self.0.under_way.get() == 0 && self.0.head.borrow().is_unpaid()
    }

    /// Counts the memory of an incomplete head.
    fn pay(&self, permit: &ConnectionPermit) -> Result<(), Refused> {
        match self.0.under_way.get() {
            0 => self.0.head.borrow_mut().pay(permit),
            _ => Ok(()),
        }
    }

    fn has_read(&self, bytes: usize) {
        let rest = self.0.allowance.get().saturating_sub(bytes);
        self.0.allowance.set(rest);
        self.0.head.borrow_mut().grows(bytes);
    }

    /// The framework gets no more for now, though more may have come.
    fn has_enough(&self) {
        self.0.allowance.set(0);
    }

    /// The bytes of the current answer that the client must take within its time limit.
    fn least(&self) -> u64 {
        LEAST.max(self.0.held.get() / PARTS)
    }

    fn has_ended(&self) {
        self.0.is_ended.set(true);
        self.0.ended.notify_waiters();
    }

    /// The task that reads has to wait.
    fn waits(&self, reader: &Waker) {
        let mut waiting = self.0.reader.borrow_mut();
        if !waiting
            .as_ref()
            .is_some_and(|known| known.will_wake(reader))
        {
            *waiting = Some(reader.clone());
        }
    }

    /// The task will be woken at this time anyway; `None`: it will not.
    fn wakes_at(&self, at: Option<Instant>) {
        self.0.wakes_at.set(at);
    }

    fn read_on(&self) {
        if let Some(reader) = self.0.reader.take() {
            reader.wake();
        }
    }
}

impl UnderWay {
    /// Notes how many bytes of memory the answer holds until it is written.
    pub(crate) fn holds(&self, bytes: u64) {
        let Self(connection) = self;
        connection.0.held.set(bytes);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let Self(connection) = self;
        let state = &connection.0;
        state.under_way.set(state.under_way.get().saturating_sub(1));
        let now = Instant::now();
        state.idle_since.set(now);
        state.held.set(0);
        // The time for the next request runs from now on. A timer that fired meanwhile is not set.
        let is_timed = state.wakes_at.get().is_some_and(|at| at > now);
        // From now on, the connection waits for the client to send the rest of the body.
        if !is_timed || state.allowance.get() == 0 || connection.is_worn() {
            connection.read_on();
        }
    }
}

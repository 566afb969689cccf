mod arrays;
mod store;
mod writer;

use super::append::Append;
use super::lanes::{GroupLimits, Lanes};
use crate::postgres::database::Database;
use crate::postgres::error::{Silent, unanswered, unavailable};
use crate::postgres::titles::NewTitles;
use domain::error::{Error, Result};
use domain::id::OwnerId;
use domain::items::Appended;
use domain::mutex::locked;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How many appends wait, and how many one statement stores: few enough bytes for some
/// milliseconds, and few enough of one owner that the others are not delayed for longer.
const LIMITS: GroupLimits = GroupLimits {
    waiting: 4_096,
    waiting_each: 1_024,
    most: 128,
    most_each: 64,
    bytes: 256 * 1024,
};

/// How long an append waits for those before it.
const PATIENCE: Duration = Duration::from_millis(4_600);

/// Too many appends wait.
const FULL: Error = Error::Overloaded { retry_after: 2 };

/// The worker that stored a group has ended before it had the result.
#[derive(Debug, thiserror::Error)]
#[error("the worker that stored it has ended")]
struct Ended;

/// Appends that arrive while others are being written are stored together by one statement, and so
/// wait for the disk together. An append never waits for others to come: if no other is running, it
/// is a group of one. Groups are a separate caller of the database, and owners alternate in them.
///
/// A group is stored on the runtime of its first append, which waits for it: that worker has its
/// own connections, so no other thread has to be woken for an append that comes alone.
#[derive(Clone)]
pub(super) struct Group {
    database: Database,
    new_titles: NewTitles,
    queue: Arc<Mutex<Queue>>,
}

struct Queue {
    lanes: Lanes<OwnerId, Waiting>,
    /// Whether a group is being stored.
    is_storing: bool,
}

struct Waiting {
    append: Append,
    begun: Instant,
    answer: oneshot::Sender<Result<Appended>>,
    /// Set by the first of two: the writer takes the append into a group, and the request waits for the result;
    /// or the request gives up, and the append is not stored.
    is_settled: Arc<AtomicBool>,
    /// The runtime of the request.
    runtime: Handle,
}

impl Waiting {
    /// Whether to store the append. A request that gives up answers that its message is not stored.
    fn take(&self) -> bool {
        !self.answer.is_closed() && !self.is_settled.swap(true, Ordering::AcqRel)
    }
}

impl Group {
    pub(super) fn new(database: Database, new_titles: NewTitles) -> Self {
        let queue = Queue {
            lanes: Lanes::new(LIMITS),
            is_storing: false,
        };
        Self {
            database,
            new_titles,
            queue: Arc::new(Mutex::new(queue)),
        }
    }

    pub(super) async fn append(&self, append: Append) -> Result<Appended> {
        let (answer, mut answered) = oneshot::channel();
        let is_settled = Arc::new(AtomicBool::new(false));
        let (owner, size) = (append.owner, append.size());
        let waiting = Waiting {
            append,
            begun: Instant::now(),
            answer,
            is_settled: Arc::clone(&is_settled),
            runtime: Handle::current(),
        };
        let is_first = {
            let mut queue = locked(&self.queue);
            let entered = queue.lanes.push(owner, size, waiting);
            entered.map_err(|_| FULL)?;
            !std::mem::replace(&mut queue.is_storing, true)
        };
        if is_first {
            // Other requests that this worker has ready come into the queue before the task runs.
            self.begin_writing();
        }
        let answer = match tokio::time::timeout(PATIENCE, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if !is_settled.swap(true, Ordering::AcqRel) => {
                return Err(unavailable(Silent(PATIENCE)));
            }
            Err(_) => answered.await,
        };
        answer.unwrap_or_else(|_| Err(unanswered(Ended)))
    }
}

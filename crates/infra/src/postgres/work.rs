//! The caller of a unit of work, and the limits of concurrent work.

use domain::admission::{Budget, BudgetLimits, Caller, Permit};
use domain::error::{Error, Result};
use domain::id::OwnerId;
use tokio::time::{Instant, sleep_until};

/// How many units of work may wait: of all callers, and of one.
const WAITING: usize = 16_384;
const WAITING_EACH: usize = 4_096;

/// How many forks of one owner may wait.
const FORKS_WAITING: usize = 4;

/// The suggested pause before a retry, in seconds.
const RETRY_AFTER: u64 = 2;

/// How many bytes count as one statement. With the usual pool, an owner's messages of 200 kB are
/// stored one at a time: two together would keep both processors of a small machine busy.
const BYTES: usize = 32 * 1024;

/// After work that writes more than this, its connection is closed: the library keeps the memory of
/// a statement, twice, for as long as it keeps the connection.
const LARGE: usize = 1024 * 1024;

/// A unit of work that asks for a connection: its caller, since when it waits, and its weight.
#[derive(Clone, Copy)]
pub(super) struct WorkRequest {
    caller: Caller,
    pub(super) begun: Instant,
    /// The weight, as a number of statements.
    weight: u64,
    /// Whether the work only reads, so that a replica may do it.
    reads: bool,
}

impl WorkRequest {
    /// Adds the weight of the bytes that the work writes.
    pub(super) fn writing(self, bytes: usize) -> Self {
        let weight = 1 + (bytes / BYTES) as u64;
        Self { weight, ..self }
    }

    /// Whether a replica may do it.
    pub(super) fn is_reading(&self) -> bool {
        self.reads
    }

    /// Whether it only asks whether the database is there.
    pub(super) fn is_probe(&self) -> bool {
        matches!(self.caller, Caller::Readiness)
    }

    /// Whether a request waits for it.
    pub(super) fn is_of_request(&self) -> bool {
        !matches!(self.caller, Caller::Service | Caller::Readiness)
    }

    /// Whether it writes so much that its connection must not be kept.
    pub(super) fn is_large(&self) -> bool {
        self.weight > (LARGE / BYTES) as u64
    }

    /// Sets the time since when the work waits.
    pub(super) fn since(self, begun: Instant) -> Self {
        Self { begun, ..self }
    }
}

impl From<Caller> for WorkRequest {
    fn from(caller: Caller) -> Self {
        Self {
            caller,
            begun: Instant::now(),
            weight: 1,
            reads: false,
        }
    }
}

impl From<OwnerId> for WorkRequest {
    fn from(owner: OwnerId) -> Self {
        Caller::Owner(owner).into()
    }
}

/// The caller of work that only reads. It must be possible on a replica: no locks of rows, no writes.
pub(super) fn reading(caller: impl Into<WorkRequest>) -> WorkRequest {
    WorkRequest {
        reads: true,
        ..caller.into()
    }
}

/// The limits of concurrent work: as many concurrent units as there are connections, and half of them for one caller.
pub(super) struct WorkPermits {
    budget: Budget,
    share: u64,
    /// Forks, each of which may be as much work as a whole conversation: one of each owner, and a
    /// quarter of the connections in all.
    forks: Budget,
}

impl WorkPermits {
    pub(super) fn new(connections: usize) -> Self {
        let limits = BudgetLimits::parts(connections as u64, 2).with_waiting(WAITING, WAITING_EACH);
        Self {
            budget: Budget::new(limits),
            share: limits.share,
            forks: Budget::new(BudgetLimits {
                total: (connections as u64 / 4).max(1),
                share: 1,
                waiting: WAITING_EACH,
                waiting_each: FORKS_WAITING,
            }),
        }
    }

    /// The limits themselves: of all work, and of forks.
    pub(super) fn budgets(&self) -> [Budget; 2] {
        [self.budget.clone(), self.forks.clone()]
    }

    /// How many units of work wait for a permit.
    pub(super) fn waiting(&self) -> usize {
        self.budget.waiting()
    }

    /// Waits for a permit to fork, until `deadline`.
    pub(super) async fn fork_permit(
        &self,
        request: WorkRequest,
        deadline: Instant,
    ) -> Result<Permit> {
        let permit = self.forks.take(request.caller, 1, sleep_until(deadline));
        permit.await.map_err(|_| Self::overloaded())
    }

    /// Waits for a permit until `deadline`; `None` if there is none by then.
    pub(super) async fn permit(&self, request: WorkRequest, deadline: Instant) -> Option<Permit> {
        // Work that is larger than a share takes a whole share.
        let weight = request.weight.min(self.share);
        let permit = self
            .budget
            .take(request.caller, weight, sleep_until(deadline));
        permit.await.ok()
    }

    /// There was no permit in time.
    pub(super) fn overloaded() -> Error {
        Error::Overloaded {
            retry_after: RETRY_AFTER,
        }
    }
}

//! Whether a replica answers reads now.

use super::position::Positions;
use domain::mutex::locked;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The pause before a replica is tried again that failed once; each further pause is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// The server that a read goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advice {
    /// Read at the replica.
    Follow,
    /// Read at the primary, and have the replica tried.
    Try,
    /// Read at the primary.
    Leave,
}

/// A replica, as it was last found. It is tried in the background, so no read waits for one that is away.
pub(super) struct FollowedReplica {
    pub(super) positions: Positions,
    state: Mutex<ReplicaState>,
}

struct ReplicaState {
    /// Failures in succession; 0 while it answers.
    failures: u32,
    /// When it is tried again.
    until: Instant,
    /// The state that was last logged, `true` for an answering replica. `None` before the first line.
    is_logged: Option<bool>,
}

impl FollowedReplica {
    /// A replica that was not tried yet.
    pub(super) fn new(positions: Positions) -> Self {
        let state = ReplicaState {
            failures: 1,
            until: Instant::now(),
            is_logged: None,
        };
        Self {
            positions,
            state: Mutex::new(state),
        }
    }

    pub(super) fn advice(&self) -> Advice {
        let mut state = locked(&self.state);
        let now = Instant::now();
        if state.failures == 0 {
            return Advice::Follow;
        }
        if now < state.until {
            return Advice::Leave;
        }
        // The others leave it alone until this trial has ended, which takes less than this.
        state.until = now + LONGEST * 3;
        Advice::Try
    }

    /// A read at the replica failed. Many may fail together: the first one counts.
    pub(super) fn lost(&self) {
        let mut state = locked(&self.state);
        if state.failures == 0 {
            state.failures = 1;
            state.until = Instant::now() + PAUSE;
        }
    }

    /// A trial has ended. A replica that was lost for a moment is not worth a line.
    pub(super) fn tried(&self, result: Result<(), String>) {
        let mut state = locked(&self.state);
        match result {
            Ok(()) => {
                state.failures = 0;
                if state.is_logged != Some(true) {
                    tracing::info!("the replica answers reads");
                }
                state.is_logged = Some(true);
            }
            Err(reason) => {
                let pause = PAUSE * 2_u32.saturating_pow(state.failures.min(10));
                state.failures = state.failures.saturating_add(1);
                state.until = Instant::now() + pause.min(LONGEST);
                if state.is_logged != Some(false) {
                    tracing::warn!(reason, "the primary answers all reads, without the replica");
                }
                state.is_logged = Some(false);
            }
        }
    }
}

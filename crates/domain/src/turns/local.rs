use super::{Called, QueuedTurn, TurnQueue};
use crate::clock::Timer;
use crate::mutex::locked;
use crate::tasks::Tasks;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, watch};
use ulid::Ulid;

/// The turns of this instance.
pub(super) struct LocalTurns {
    pub(super) queue: Arc<dyn TurnQueue>,
    pub(super) tasks: Arc<dyn Tasks>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) turns: Mutex<BTreeMap<QueuedTurn, Ends>>,
    /// Turns that could not leave because the store was unavailable.
    pub(super) late: Mutex<Vec<QueuedTurn>>,
}

/// The ends of the channels by which a turn is called or woken.
pub(super) struct Ends {
    pub(super) called: watch::Sender<Option<Called>>,
    pub(super) woken: Arc<Notify>,
}

/// How many late turns are remembered; the others leave when their leases run out.
const MOST_LATE: usize = 10_000;

impl LocalTurns {
    /// Asks a turn of this instance to stop, unless it was asked before.
    pub(super) fn call(&self, turn: QueuedTurn, why: Called) {
        if let Some(ends) = locked(&self.turns).get(&turn) {
            ends.called.send_if_modified(|called| {
                let is_new = called.is_none();
                called.get_or_insert(why);
                is_new
            });
        }
    }

    /// Whether this is the first turn of this instance in its conversation.
    pub(super) fn is_next(&self, turn: QueuedTurn) -> bool {
        first(turn, &locked(&self.turns)) == Some(turn)
    }

    /// Removes a turn that has left the queue, and wakes the next one.
    pub(super) fn left(&self, turn: QueuedTurn) {
        let mut turns = locked(&self.turns);
        turns.remove(&turn);
        if let Some(next) = first(turn, &turns)
            && let Some(ends) = turns.get(&next)
        {
            ends.woken.notify_one();
        }
    }

    /// Takes the turn out of the queue in a background task.
    pub(super) fn leaves(self: &Arc<Self>, turn: QueuedTurn) {
        let held = Arc::clone(self);
        self.tasks.start(Box::pin(async move {
            let left = held.queue.leave(&[turn]).await;
            if left.is_err() {
                held.are_late(&[turn]);
            }
            held.left(turn);
            left.map(drop)
        }));
    }

    pub(super) fn are_late(&self, turns: &[QueuedTurn]) {
        let mut late = locked(&self.late);
        let most = MOST_LATE.saturating_sub(late.len());
        late.extend(turns.iter().take(most));
    }
}

/// The first turn of this instance in the conversation.
fn first(of: QueuedTurn, turns: &BTreeMap<QueuedTurn, Ends>) -> Option<QueuedTurn> {
    let (place, token) = (0, Ulid::nil());
    let from = QueuedTurn { place, token, ..of };
    let (first, _) = turns.range(from..).next()?;
    (first.owner == of.owner && first.conversation == of.conversation).then_some(*first)
}

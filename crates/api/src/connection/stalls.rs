//! How long a client leaves an answer unread.

use super::deadline::Deadline;
use std::task::Context;
use std::time::{Duration, Instant};

pub(super) struct Stalls {
    /// When the client last took bytes.
    taken_at: Instant,
    /// Since when the client has not read a waiting answer.
    since: Option<Instant>,
    /// The sum of earlier stalls of this answer, and the bytes taken meanwhile.
    earlier: Duration,
    taken: u64,
    due: Deadline,
}

impl Default for Stalls {
    fn default() -> Self {
        Self {
            taken_at: Instant::now(),
            since: None,
            earlier: Duration::ZERO,
            taken: 0,
            due: Deadline::default(),
        }
    }
}

impl Stalls {
    /// When the client last took bytes; `None` while an answer waits for it.
    pub(super) fn taken_at(&self) -> Option<Instant> {
        self.since.is_none().then_some(self.taken_at)
    }

    /// Forgets the stalls of earlier answers.
    pub(super) fn reset(&mut self) {
        (self.earlier, self.taken) = (Duration::ZERO, 0);
    }

    /// The client has taken these bytes. Fewer than `least` do not reset the time that it has used.
    pub(super) fn has_taken(&mut self, bytes: usize, least: u64) {
        self.taken_at = Instant::now();
        let since = self.since.take();
        self.earlier += since.map_or(Duration::ZERO, |since| self.taken_at - since);
        self.taken += bytes as u64;
        if self.taken >= least {
            self.reset();
        }
    }

    /// Whether the client has left the answer unread for too long.
    pub(super) fn is_too_long(&mut self, patience: Duration, context: &mut Context<'_>) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        let due = since + patience.saturating_sub(self.earlier);
        self.due.has_come(due, context)
    }
}

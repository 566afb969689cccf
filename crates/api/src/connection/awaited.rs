use super::deadline::Deadline;
use super::patience::ClientTimeouts;
use std::task::Context;
use std::time::{Duration, Instant};

/// How long bytes that come after the time are read, in case they are the rest of a request that
/// came in time.
const GRACE: Duration = Duration::from_secs(1);

/// The next request of a connection, which must arrive in time.
#[derive(Default)]
pub(super) struct AwaitedRequest {
    due: Deadline,
    /// When the first bytes came of the last one that began on an idle connection.
    begun: Option<Instant>,
    /// Whether the framework got bytes that it may not have looked at.
    is_fresh: bool,
    /// When the time was first seen to be over.
    over_since: Option<Instant>,
}

impl AwaitedRequest {
    /// The framework gets bytes of it. `idle_since`: when the last one had ended; `None`: it is running.
    pub(super) fn has_come_on(&mut self, idle_since: Option<Instant>) {
        self.is_fresh = true;
        if idle_since.is_some_and(|idle_since| self.begun(idle_since).is_none()) {
            self.begun = Some(Instant::now());
        }
    }

    /// When it must have begun, or be whole if it has. `has_begun`: bytes of it came while the last
    /// one was running.
    pub(super) fn due(
        &self,
        idle_since: Instant,
        has_begun: bool,
        patience: ClientTimeouts,
    ) -> Instant {
        match self.begun(idle_since) {
            Some(begun) => begun + patience.request,
            None if has_begun => idle_since + patience.request,
            None => idle_since + patience.idle,
        }
    }

    /// When the task that waits for it is woken; `None`: not at all.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        self.due.wakes_at()
    }

    fn begun(&self, idle_since: Instant) -> Option<Instant> {
        self.begun.filter(|begun| *begun >= idle_since)
    }

    /// No more bytes have come for now. Whether the time is over, and the framework has looked at
    /// all bytes: they may be a whole request that came in time, while this thread, or the whole
    /// service, was held up. `due`: when it must be whole; `None`: a request is running.
    pub(super) fn is_late(&mut self, due: Option<Instant>, context: &mut Context<'_>) -> bool {
        let is_fresh = std::mem::take(&mut self.is_fresh);
        if !due.is_some_and(|due| self.due.has_come(due, context)) {
            self.over_since = None;
            return false;
        }
        let now = Instant::now();
        let over_since = *self.over_since.get_or_insert(now);
        if !is_fresh || now - over_since > GRACE {
            return true;
        }
        // The framework looks at them after this poll.
        context.waker().wake_by_ref();
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    #[tokio::test]
    async fn bytes_without_end_are_not_waited_for() {
        let mut awaited = AwaitedRequest::default();
        let due = Instant::now();
        for (pause, late) in [(Duration::from_millis(20), false), (GRACE, true)] {
            tokio::time::sleep(pause).await;
            awaited.has_come_on(Some(due));
            let mut context = Context::from_waker(Waker::noop());
            let is_late = awaited.is_late(Some(due), &mut context);
            assert_eq!(is_late, late, "{pause:?}");
        }
    }
}

use std::pin::Pin;
use std::task::Context;
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};

/// Wakes a task at a deadline that changes often. The timer is set again only when it fires, so
/// moving the deadline is free.
#[derive(Default)]
pub(super) struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    /// Whether `at` has passed. If not, the task is woken at that time at the latest.
    pub(super) fn has_come(&mut self, at: Instant, context: &mut Context<'_>) -> bool {
        let at = at.into();
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep_until(at)));
        while timer.as_mut().poll(context).is_ready() {
            if tokio::time::Instant::now() >= at {
                return true;
            }
            timer.as_mut().reset(at);
        }
        if timer.deadline() > at {
            timer.as_mut().reset(at);
            return timer.as_mut().poll(context).is_ready();
        }
        false
    }

    /// When the task is woken next; `None`: not at all.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        let timer = self.0.as_ref().filter(|timer| !timer.is_elapsed());
        timer.map(|timer| timer.deadline().into_std())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;
    use std::time::Duration;

    fn has_come(deadline: &mut Deadline, at: Instant) -> bool {
        deadline.has_come(at, &mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn it_comes_when_it_was_last_set_to() {
        let now = Instant::now();
        let (near, far) = (Duration::from_millis(20), Duration::from_secs(3_600));
        let mut deadline = Deadline::default();
        assert!(!has_come(&mut deadline, now + near));
        assert!(!has_come(&mut deadline, now + far));
        tokio::time::sleep(near * 2).await;
        assert!(!has_come(&mut deadline, now + far));
        assert!(has_come(&mut deadline, now + near));
    }

    #[tokio::test]
    async fn a_task_that_waits_for_it_is_woken() {
        let mut deadline = Deadline::default();
        let mut put_off = Some(Instant::now() + Duration::from_millis(40));
        let mut at = Instant::now() + Duration::from_millis(20);
        std::future::poll_fn(|context| match deadline.has_come(at, context) {
            true => std::task::Poll::Ready(()),
            false => {
                at = put_off.take().unwrap_or(at);
                std::task::Poll::Pending
            }
        })
        .await;
        assert!(Instant::now() >= at);
    }
}

//! Fetches that fail again and again.

use std::time::Duration;

/// The longest pause between two fetches in the background.
pub(super) const REST: Duration = Duration::from_secs(300);

/// Failed fetches in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FetchFailures {
    count: u32,
    /// The last problem.
    problem: String,
}

impl FetchFailures {
    /// Adds a failure. Returns whether to log it for the operator: it is the first, or differs from
    /// the one before.
    pub(super) fn add(&mut self, problem: String) -> bool {
        let is_news = self.problem != problem;
        self.count = self.count.saturating_add(1);
        self.problem = problem;
        is_news
    }

    /// The pause before the next fetch in the background: each is twice as long as the one before.
    pub(super) fn pause(&self, first: Duration) -> Duration {
        let doublings = self.count.saturating_sub(1).min(16);
        REST.min(first * 2_u32.pow(doublings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_minutes() {
        let mut failures = FetchFailures::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            failures.add("away".to_owned());
            pauses.push(failures.pause(Duration::from_secs(5)).as_secs());
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        let count = u32::MAX;
        let problem = String::new();
        assert_eq!(FetchFailures { count, problem }.pause(REST), REST);
    }

    #[test]
    fn what_is_known_is_not_told_again() {
        let mut failures = FetchFailures::default();
        let is_new = ["away", "away", "garbage", "garbage", "away"];
        let is_new = is_new.map(|problem| failures.add(problem.to_owned()));
        assert_eq!(is_new, [true, false, true, false, true]);
    }
}

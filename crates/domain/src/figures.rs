//! Figures about running work, for the operator: plain numbers that are always counted, and that a
//! program around the services may read at any time. Reading and counting never wait.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Relaxed);
    }

    #[must_use]
    pub fn read(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A number that rises and falls.
#[derive(Debug, Default)]
pub struct Level(AtomicU64);

impl Level {
    pub fn rise(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub fn fall(&self) {
        self.0.fetch_sub(1, Relaxed);
    }

    #[must_use]
    pub fn read(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How many values there were, by size: a value counts in the first bucket whose bound is not below
/// it, or beyond the last one.
#[derive(Debug)]
pub struct Distribution<const N: usize> {
    bounds: [u64; N],
    counts: [Count; N],
    beyond: Count,
    sum: Count,
}

/// The state of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The bounds, and how many values were in each bucket.
    pub buckets: Vec<(u64, u64)>,
    /// How many values were beyond the last bound.
    pub beyond: u64,
    pub sum: u64,
}

impl<const N: usize> Distribution<N> {
    /// The bounds must rise.
    #[must_use]
    pub fn new(bounds: [u64; N]) -> Self {
        Self {
            bounds,
            counts: std::array::from_fn(|_| Count::default()),
            beyond: Count::default(),
            sum: Count::default(),
        }
    }

    pub fn add(&self, value: u64) {
        let index = self.bounds.partition_point(|bound| *bound < value);
        self.counts.get(index).unwrap_or(&self.beyond).add(1);
        self.sum.add(value);
    }

    #[must_use]
    pub fn read(&self) -> Spread {
        let counts = self.counts.iter().map(Count::read);
        Spread {
            buckets: self.bounds.into_iter().zip(counts).collect(),
            beyond: self.beyond.read(),
            sum: self.sum.read(),
        }
    }
}

/// How long something took, in microseconds.
#[derive(Debug)]
pub struct Times(Distribution<14>);

impl Default for Times {
    /// From a quarter of a millisecond to ten seconds.
    fn default() -> Self {
        Self(Distribution::new([
            250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
            1_000_000, 4_000_000, 10_000_000,
        ]))
    }
}

impl Times {
    pub fn add(&self, took: Duration) {
        self.0
            .add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// In microseconds.
    #[must_use]
    pub fn read(&self) -> Spread {
        self.0.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_in_the_first_bucket_that_holds_it() {
        let sizes = Distribution::new([1, 4, 16]);
        for value in [0, 1, 2, 4, 5, 16, 17, 1_000] {
            sizes.add(value);
        }
        let spread = sizes.read();
        assert_eq!(spread.buckets, [(1, 2), (4, 2), (16, 2)]);
        assert_eq!((spread.beyond, spread.sum), (2, 1_045));
    }

    #[test]
    fn times_are_counted_in_microseconds() {
        let times = Times::default();
        times.add(Duration::from_millis(3));
        times.add(Duration::from_secs(60));
        let spread = times.read();
        assert_eq!((spread.beyond, spread.sum), (1, 60_003_000));
        assert!(spread.buckets.contains(&(5_000, 1)));
    }
}

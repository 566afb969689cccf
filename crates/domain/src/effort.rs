//! Checks in tests of how running time grows, on any machine and under any other load.

use std::fs;
use std::time::{Duration, Instant};

/// Checks that 16 times the size takes about 16 times as long. Quadratic work would take 256 times
/// as long.
pub(crate) fn must_be_in_proportion(what: &str, size: usize, work: impl Fn(usize)) {
    let took = |size| {
        let (begun, before) = (Instant::now(), of_this_thread());
        work(size);
        let after = of_this_thread().zip(before);
        after.map_or_else(|| begun.elapsed(), |(after, before)| after - before)
    };
    // A shorter time says little. On a busy machine one measurement may be far too long; quadratic work is so each time.
    let measured = || (took(size / 16).max(Duration::from_millis(5)), took(size));
    let mut last = None;
    let is_in_proportion = (0..5).any(|_| {
        let (part, whole) = *last.insert(measured());
        whole < part * 100
    });
    assert!(
        is_in_proportion,
        "{what}: for a sixteenth of it, and for it: {last:?}"
    );
}

/// The processor time of this thread, if the system reports it. The work of other threads does not
/// count.
fn of_this_thread() -> Option<Duration> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = statistics.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds)).filter(|time| !time.is_zero())
}

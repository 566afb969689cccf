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
    // A shorter time says little.
    let part = took(size / 16).max(Duration::from_millis(5));
    let whole = took(size);
    assert!(
        whole < part * 100,
        "{what}: {whole:?}, and {part:?} for a sixteenth of it"
    );
}

/// The processor time of this thread, if the system reports it. The work of other threads does not
/// count.
fn of_this_thread() -> Option<Duration> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = statistics.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds)).filter(|time| !time.is_zero())
}

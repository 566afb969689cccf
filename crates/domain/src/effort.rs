//! Checks in tests of how running time grows, on any machine and beside any other load.

use std::time::{Duration, Instant};

/// Checks that 16 times the size takes about 16 times as long. Quadratic work would take 256 times
/// as long.
pub(crate) fn must_be_in_proportion(what: &str, size: usize, work: impl Fn(usize)) {
    let took = |size| {
        let begun = Instant::now();
        work(size);
        begun.elapsed()
    };
    // A shorter time says little: it may be due to other load on the machine.
    let part = took(size / 16).max(Duration::from_millis(5));
    let whole = took(size);
    assert!(
        whole < part * 100,
        "{what}: {whole:?}, and {part:?} for a sixteenth of it"
    );
}

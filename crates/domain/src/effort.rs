//! What tests say of the time that something takes, wherever they run and whatever runs beside them.

use std::time::{Duration, Instant};

/// Sixteen times as much takes about sixteen times as long. What grows with the square would take 256
/// times as long.
pub(crate) fn must_be_in_proportion(what: &str, size: usize, work: impl Fn(usize)) {
    let took = |size| {
        let begun = Instant::now();
        work(size);
        begun.elapsed()
    };
    // Less than this says little: it may be due to what else the machine does.
    let part = took(size / 16).max(Duration::from_millis(5));
    let whole = took(size);
    assert!(
        whole < part * 100,
        "{what}: {whole:?}, and {part:?} for a sixteenth of it"
    );
}

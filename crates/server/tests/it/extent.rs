//! How much a test does: the tests of each change take less time than `scripts/test --all`.

/// Whether `scripts/test --all` runs, with what is slow by nature.
pub(crate) fn is_all() -> bool {
    std::env::var_os("JAN_TEST_ALL").is_some()
}

/// `usual` for each change, `all` for `scripts/test --all`.
pub(crate) fn either<T>(usual: T, all: T) -> T {
    match is_all() {
        true => all,
        false => usual,
    }
}

/// Whether a test that `scripts/test --all` alone runs has to run. Says so if not.
pub(crate) fn is_due() -> bool {
    if !is_all() {
        println!("skipped (scripts/test --all)");
    }
    is_all()
}

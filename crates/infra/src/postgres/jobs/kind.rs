//! The stored numbers of the kinds of jobs; the migration also lists them.

use domain::error::{Error, Result};
use domain::jobs::JobKind;

/// The number of [`JobKind::Title`], for statements that leave such a job.
pub(in crate::postgres) const TITLE_JOB: &str = "2";

/// The number of [`JobKind::Purge`], for statements that leave such a job.
pub(in crate::postgres) const PURGE_JOB: &str = "8";

pub(in crate::postgres) const fn stored(kind: JobKind) -> i16 {
    match kind {
        JobKind::Usage => 1,
        JobKind::Title => 2,
        JobKind::Links => 3,
        JobKind::Credentials => 4,
        JobKind::IdleGuests => 5,
        JobKind::Removal => 6,
        JobKind::Versions => 7,
        JobKind::Purge => 8,
        JobKind::Repeats => 9,
        JobKind::Search => 10,
        JobKind::Responses => 11,
        JobKind::Unindexed => 12,
        JobKind::OldResponses => 13,
    }
}

pub(super) fn all_stored(kinds: &[JobKind]) -> Vec<i16> {
    kinds.iter().copied().map(stored).collect()
}

pub(super) fn read(stored: i16) -> Result<JobKind> {
    match stored {
        1 => Ok(JobKind::Usage),
        2 => Ok(JobKind::Title),
        3 => Ok(JobKind::Links),
        4 => Ok(JobKind::Credentials),
        5 => Ok(JobKind::IdleGuests),
        6 => Ok(JobKind::Removal),
        7 => Ok(JobKind::Versions),
        8 => Ok(JobKind::Purge),
        9 => Ok(JobKind::Repeats),
        10 => Ok(JobKind::Search),
        11 => Ok(JobKind::Responses),
        12 => Ok(JobKind::Unindexed),
        13 => Ok(JobKind::OldResponses),
        other => Err(Error::Internal(
            format!("{other} is not a kind of job").into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_have_the_stored_numbers() {
        assert_eq!(TITLE_JOB, stored(JobKind::Title).to_string());
        assert_eq!(PURGE_JOB, stored(JobKind::Purge).to_string());
    }
}

//! The stored numbers of the kinds of jobs; the migration lists them, too.

use domain::error::{Error, Result};
use domain::jobs::Kind;

pub(in crate::postgres) const fn stored(kind: Kind) -> i16 {
    match kind {
        Kind::Usage => 1,
        Kind::Title => 2,
        Kind::Links => 3,
        Kind::Credentials => 4,
        Kind::IdleGuests => 5,
        Kind::Removal => 6,
        Kind::Versions => 7,
        Kind::Purge => 8,
        Kind::Repeats => 9,
        Kind::Search => 10,
        Kind::Responses => 11,
        Kind::Unindexed => 12,
        Kind::OldResponses => 13,
    }
}

pub(super) fn all_stored(kinds: &[Kind]) -> Vec<i16> {
    kinds.iter().copied().map(stored).collect()
}

pub(super) fn read(stored: i16) -> Result<Kind> {
    match stored {
        1 => Ok(Kind::Usage),
        2 => Ok(Kind::Title),
        3 => Ok(Kind::Links),
        4 => Ok(Kind::Credentials),
        5 => Ok(Kind::IdleGuests),
        6 => Ok(Kind::Removal),
        7 => Ok(Kind::Versions),
        8 => Ok(Kind::Purge),
        9 => Ok(Kind::Repeats),
        10 => Ok(Kind::Search),
        11 => Ok(Kind::Responses),
        12 => Ok(Kind::Unindexed),
        13 => Ok(Kind::OldResponses),
        other => Err(Error::Internal(
            format!("{other} is not a kind of job").into(),
        )),
    }
}

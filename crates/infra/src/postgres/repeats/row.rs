//! The key of a row, and its numbers.

use crate::postgres::ids;
use domain::repeats::RepeatKey;
use uuid::Uuid;

pub(super) fn row_key(key: &RepeatKey) -> (Uuid, &[u8]) {
    (ids::stored(key.owner.ulid()), key.key.0.as_slice())
}

/// An attempt number for the database. Numbers that are too large become the largest.
pub(super) fn attempt_number(attempt: u16) -> i16 {
    i16::try_from(attempt).unwrap_or(i16::MAX)
}

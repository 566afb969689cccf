//! Public ids are ULIDs; the database keeps their 16 bytes as `uuid`.

use ulid::Ulid;
use uuid::Uuid;

pub(super) fn stored(ulid: Ulid) -> Uuid {
    Uuid::from_u128(ulid.0)
}

pub(super) fn read(uuid: Uuid) -> Ulid {
    Ulid(uuid.as_u128())
}

/// The part of an item's id that is known before its number.
pub(super) fn seed(ulid: Ulid) -> [u8; 12] {
    let [seed @ .., _, _, _, _] = ulid.0.to_be_bytes();
    seed
}

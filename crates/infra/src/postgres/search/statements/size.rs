//! How much an owner has.

use crate::postgres::statement::statement;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// The bytes of all that an owner stores, as they were counted last.
    OwnerSize {
        owner_id: Uuid => SqlUuid,
    } -> OwnerSizeRow {
        bytes: i64 => BigInt,
    },
    "select storage_bytes from usage where owner_id = $1"
);

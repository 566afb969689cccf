//! Owners with millions of messages.

use super::statements::size::{OwnerSize, OwnerSizeRow};
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// An owner with so many bytes has hundreds of thousands of blocks.
const LARGE: i64 = 2 << 30;

/// About the bytes of a block's messages, as they count for the owner.
const BLOCK: i64 = 4 << 10;

/// Of words that one block in 256 has, a look would read thousands of these all over the table. A walk along `DEEP` blocks
/// finds about `ENOUGH`, most of a page.
pub(super) const DEEP: i64 = 4_096;
pub(super) const ENOUGH: usize = 16;

pub(super) async fn is_large(
    owner_id: Uuid,
    connection: &mut AsyncPgConnection,
) -> QueryResult<bool> {
    Ok(bytes(owner_id, connection).await? >= LARGE)
}

/// How many blocks have words that `having` of `sampled` blocks have. A look at all of them takes about as long as a walk
/// along as many.
pub(super) async fn longest_walk(
    owner_id: Uuid,
    (having, sampled): (i64, i64),
    connection: &mut AsyncPgConnection,
) -> QueryResult<i64> {
    let blocks = bytes(owner_id, connection).await? / BLOCK;
    Ok(blocks * having / sampled)
}

/// The bytes of all that an owner stores, as they were counted last.
async fn bytes(owner_id: Uuid, connection: &mut AsyncPgConnection) -> QueryResult<i64> {
    let size = OwnerSize { owner_id };
    let size: Option<OwnerSizeRow> = size.fetch_optional(connection).await?;
    Ok(size.map_or(0, |size| size.bytes))
}

//! Owners with millions of messages.

use super::statements::size::{OwnerSize, OwnerSizeRow};
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// An owner with so many bytes has hundreds of thousands of blocks.
const LARGE: i64 = 2 << 30;

/// Of words that one block in 256 has, a look would read thousands of these all over the table. A walk along `DEEP` blocks
/// finds about `ENOUGH`, most of a page.
pub(super) const DEEP: i64 = 4_096;
pub(super) const ENOUGH: usize = 16;

pub(super) async fn is_large(
    owner_id: Uuid,
    connection: &mut AsyncPgConnection,
) -> QueryResult<bool> {
    let size = OwnerSize { owner_id };
    let size: Option<OwnerSizeRow> = size.fetch_optional(connection).await?;
    Ok(size.is_some_and(|size| size.bytes >= LARGE))
}

//! Several items of one request.

use super::rows::{Row, items};
use crate::postgres::row::{Sql, row};
use diesel::sql_types::{BigInt, Integer, Nullable};
use domain::error::{Error, Result};
use domain::items::{Batch, Present};

/// The most bytes of text that are read.
pub(super) const MOST: i64 = Batch::MAX_BYTES as i64;

row!(
    /// One of the items that are wanted.
    Found {
        /// The number of all items of the conversation.
        item_count: i32 => Integer,
        /// The bytes of all items that are wanted.
        bytes: i64 => BigInt,
        item: Option<Row> => Nullable<Sql<Row>>,
    }
);

/// `None` when the conversation does not exist.
pub(super) fn present(rows: Vec<Found>) -> Result<Option<Present>> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let item_count = u32::try_from(first.item_count);
    let item_count = item_count.map_err(|error| Error::Internal(error.into()))?;
    if first.bytes > MOST {
        return Ok(Some(Present {
            item_count,
            items: None,
        }));
    }
    let rows = rows.into_iter().filter_map(|row| row.item);
    Ok(Some(Present {
        item_count,
        items: Some(items(rows.collect())?),
    }))
}

//! Several items of one request.

use super::rows::{Row, items};
use domain::error::{Error, Result};
use domain::items::{Batch, Present};

/// The most bytes of text that are read.
pub(super) const MOST: i64 = Batch::MAX_BYTES as i64;

/// How many items the conversation has, the bytes of all items that are wanted, and one of them.
pub(super) type Found = (i32, i64, Option<Row>);

/// `None` when the conversation does not exist.
pub(super) fn present(rows: Vec<Found>) -> Result<Option<Present>> {
    let Some((count, bytes, _)) = rows.first() else {
        return Ok(None);
    };
    let item_count = u32::try_from(*count).map_err(|error| Error::Internal(error.into()))?;
    if *bytes > MOST {
        return Ok(Some(Present {
            item_count,
            items: None,
        }));
    }
    let rows = rows.into_iter().filter_map(|(_, _, row)| row);
    Ok(Some(Present {
        item_count,
        items: Some(items(rows.collect())?),
    }))
}

//! A copy of the messages of a link.

use super::key::key;
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::execute::Execute as _;
use crate::postgres::shares::statements::{CopyItems, Fork, InsertCopy, LockToCopy, MeasureOf};
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};

/// The size of the copy, if `most_bytes` is given, and the copy, unless it is larger than that.
pub(in crate::postgres::shares) async fn fork(
    connection: &mut AsyncPgConnection,
    fork: &Fork<'_>,
    most_bytes: Option<u64>,
) -> QueryResult<(Option<u64>, Option<ConversationRow>)> {
    let (Some((owner_id, conversation_id, id)), _) = key(connection, fork.digest).await? else {
        return Ok((None, None));
    };
    let (copier, copy, now) = (fork.owner_id, fork.id, fork.now);
    let work = async |connection: &mut AsyncPgConnection| {
        let lock = LockToCopy {
            owner_id,
            conversation_id,
            id,
            now,
            copier,
        };
        let Some(title) = lock.fetch_optional::<Option<String>>(connection).await? else {
            return Ok((None, None));
        };
        let measure = MeasureOf {
            owner_id,
            conversation_id,
            id,
        };
        let bytes: i64 = measure.fetch_one(connection).await?;
        let size =
            bytes.unsigned_abs() + 128 + title.as_ref().map_or(0, |title| title.len() as u64);
        let size = most_bytes.map(|_| size);
        if size
            .zip(most_bytes)
            .is_some_and(|(size, most_bytes)| size > most_bytes)
        {
            return Ok((size, None));
        }
        let items = CopyItems {
            copier,
            copy,
            seed: fork.seed,
            now,
            owner_id,
            conversation_id,
            id,
        };
        let count = items.write(connection).await?;
        let insert = InsertCopy {
            copier,
            copy,
            now,
            // At most as many as a conversation holds.
            count: count as i32,
            bytes,
            title: title.as_deref(),
        };
        Ok((size, Some(insert.fetch_one(connection).await?)))
    };
    connection.transaction(work).await
}

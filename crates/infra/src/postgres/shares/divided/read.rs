//! A visitor's view.

use super::key::key;
use crate::postgres::execute::Execute as _;
use crate::postgres::shares::rows::Joined;
use crate::postgres::shares::statements::{CountShownOf, ShownCount, ViewDownOf, ViewUpOf};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::shares::{ViewFrom, ViewPage};

/// The rows of a page; there is always at least one.
pub(in crate::postgres::shares) async fn load(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
    page: &ViewPage,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Joined>> {
    let (found, row) = key(connection, digest).await?;
    let absent = |tombstone| Joined {
        tombstone,
        link: None,
        present: false,
        item: None,
    };
    let Some((owner_id, conversation_id, id)) = found else {
        return Ok(vec![absent(row.tombstone)]);
    };
    let (limit, bytes) = (page.limit.get() as i64 + 1, page.bytes as i64);
    let up = |from| ViewUpOf {
        owner_id,
        from,
        now,
        limit,
        bytes,
        conversation_id,
        id,
    };
    let rows: Vec<Joined> = match page.from {
        ViewFrom::Beginning => up(0).fetch_all(connection).await?,
        ViewFrom::After(sequence) => up(sequence.0.cast_signed()).fetch_all(connection).await?,
        ViewFrom::Before(sequence) => {
            let down = ViewDownOf {
                owner_id,
                from: sequence.0.cast_signed(),
                now,
                limit,
                bytes,
                conversation_id,
                id,
            };
            down.fetch_all(connection).await?
        }
    };
    match rows.is_empty() {
        true => Ok(vec![absent(row.tombstone)]),
        false => Ok(rows),
    }
}

pub(in crate::postgres::shares) async fn count(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
    before: i32,
) -> QueryResult<Option<ShownCount>> {
    let (Some((owner_id, conversation_id, id)), _) = key(connection, digest).await? else {
        return Ok(None);
    };
    let count = CountShownOf {
        before,
        owner_id,
        conversation_id,
        id,
    };
    count.fetch_optional(connection).await
}

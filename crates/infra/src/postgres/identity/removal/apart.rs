//! Forgetting removals where Citus keeps them on each node, and jobs in parts: a statement that changes the one
//! cannot read the other.

use super::statements::ForgetRemovals;
use crate::postgres::execute::Execute as _;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

statement!(
    Earlier { before: DateTime<Utc> => Timestamptz, most: i64 => BigInt } -> SqlUuid,
    "select owner_id from removed_owners where removed_at < $1 and sweep_at is null
    order by removed_at limit $2"
);

statement!(
    /// Those of them whose data is not all deleted yet. A job for it is only made with the removal.
    StillSwept<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid> } -> SqlUuid,
    "select owner_id from jobs where owner_id = any($1) and kind = 6 and key = owner_id"
);

statement!(
    Forget<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid> } -> (),
    "delete from removed_owners where owner_id = any($1)"
);

pub(super) async fn forget(
    connection: &mut AsyncPgConnection,
    removals: ForgetRemovals,
) -> QueryResult<usize> {
    let earlier = Earlier {
        before: removals.before,
        most: removals.most,
    };
    let mut owners: Vec<Uuid> = earlier.fetch_all(connection).await?;
    if owners.is_empty() {
        return Ok(0);
    }
    let swept = StillSwept { owner_ids: &owners };
    let swept: Vec<Uuid> = swept.fetch_all(connection).await?;
    owners.retain(|owner| !swept.contains(owner));
    let forget = Forget { owner_ids: &owners };
    forget.write(connection).await
}

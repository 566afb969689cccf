use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::{refresh_tokens, users};
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::AsyncPgConnection;
use domain::auth::SessionList;
use domain::id::OwnerId;
use domain::page::Order;
use uuid::Uuid;

/// The sessions of an owner that can continue, and when each was last used. Such a session has one
/// unspent token. The tokens of a removed user belong to no session.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &SessionList,
) -> QueryResult<Vec<(Uuid, DateTime<Utc>)>> {
    let user = users::table.filter(users::owner_id.eq(refresh_tokens::owner_id));
    let alive = refresh_tokens::table
        .filter(refresh_tokens::owner_id.eq(ids::stored(owner.ulid())))
        .filter(refresh_tokens::spent_at.is_null())
        .filter(refresh_tokens::expires_at.gt(now.into_sql::<Timestamptz>()))
        .filter(exists(user))
        .select((refresh_tokens::family, refresh_tokens::created_at))
        // A limit is at most 100; one more shows whether more follow.
        .limit(list.limit.get() as i64 + 1);
    let after = list.after.map(|after| ids::stored(after.ulid()));
    match list.order {
        Order::Ascending => {
            let page = alive.filter(refresh_tokens::family.gt(after.unwrap_or_default()));
            let page = page.order(refresh_tokens::family.asc());
            page.fetch_all(connection).await
        }
        Order::Descending => {
            let page = alive.filter(refresh_tokens::family.lt(after.unwrap_or(Uuid::max())));
            let page = page.order(refresh_tokens::family.desc());
            page.fetch_all(connection).await
        }
    }
}

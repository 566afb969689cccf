use super::rows::Row;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::schema::conversations::dsl::*;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::conversations::{ConversationList, ListSort};
use domain::id::{ConversationId, OwnerId};
use domain::page::Order;
use uuid::Uuid;

/// Reads one row more than the page holds, to see whether more follow.
///
/// Each arm is a type of its own, so that its statement is prepared once: a boxed query would be
/// prepared again each time.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ConversationList,
) -> QueryResult<Vec<Row>> {
    match list.sort {
        ListSort::Created { after } => by_creation(connection, owner, list, after).await,
        ListSort::Updated { after } => by_activity(connection, owner, list, after).await,
    }
}

async fn by_creation(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ConversationList,
    after: Option<ConversationId>,
) -> QueryResult<Vec<Row>> {
    let rows = conversations
        .filter(owner_id.eq(ids::stored(owner.ulid())))
        .select(Row::as_select());
    let rows = rows.limit(one_more(list));
    let after = after.map_or_else(|| beginning(list.order), |after| ids::stored(after.ulid()));
    let project = list.project_id.map(|project| ids::stored(project.ulid()));
    match (list.order, project) {
        (Order::Ascending, None) => {
            rows.filter(id.gt(after))
                .order(id.asc())
                .fetch_all(connection)
                .await
        }
        (Order::Descending, None) => {
            rows.filter(id.lt(after))
                .order(id.desc())
                .fetch_all(connection)
                .await
        }
        (Order::Ascending, Some(project)) => {
            let rows = rows.filter(project_id.eq(project));
            rows.filter(id.gt(after))
                .order(id.asc())
                .fetch_all(connection)
                .await
        }
        (Order::Descending, Some(project)) => {
            let rows = rows.filter(project_id.eq(project));
            rows.filter(id.lt(after))
                .order(id.desc())
                .fetch_all(connection)
                .await
        }
    }
}

async fn by_activity(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ConversationList,
    after: Option<(DateTime<Utc>, ConversationId)>,
) -> QueryResult<Vec<Row>> {
    let rows = conversations
        .filter(owner_id.eq(ids::stored(owner.ulid())))
        .select(Row::as_select());
    let rows = rows.limit(one_more(list));
    let (time, last) = match (after, list.order) {
        (Some((time, last)), _) => (time, ids::stored(last.ulid())),
        (None, Order::Ascending) => (DateTime::UNIX_EPOCH, beginning(list.order)),
        (None, Order::Descending) => (far_future(), beginning(list.order)),
    };
    // `older` and `newer` include these conditions, but an index scan cannot begin at them.
    let (until, since) = (updated_at.le(time), updated_at.ge(time));
    let older = updated_at.lt(time).or(updated_at.eq(time).and(id.lt(last)));
    let newer = updated_at.gt(time).or(updated_at.eq(time).and(id.gt(last)));
    let oldest_first = (updated_at.asc(), id.asc());
    let newest_first = (updated_at.desc(), id.desc());
    match (
        list.order,
        list.project_id.map(|project| ids::stored(project.ulid())),
    ) {
        (Order::Ascending, None) => {
            rows.filter(since)
                .filter(newer)
                .order(oldest_first)
                .fetch_all(connection)
                .await
        }
        (Order::Descending, None) => {
            rows.filter(until)
                .filter(older)
                .order(newest_first)
                .fetch_all(connection)
                .await
        }
        (Order::Ascending, Some(project)) => {
            let rows = rows.filter(project_id.eq(project));
            rows.filter(since)
                .filter(newer)
                .order(oldest_first)
                .fetch_all(connection)
                .await
        }
        (Order::Descending, Some(project)) => {
            let rows = rows.filter(project_id.eq(project));
            rows.filter(until)
                .filter(older)
                .order(newest_first)
                .fetch_all(connection)
                .await
        }
    }
}

fn one_more(list: &ConversationList) -> i64 {
    // A limit is at most 100.
    list.limit.get() as i64 + 1
}

/// The id before all others in this direction.
fn beginning(order: Order) -> Uuid {
    match order {
        Order::Ascending => Uuid::nil(),
        Order::Descending => Uuid::max(),
    }
}

/// Later than any conversation's last activity: the year 9999.
fn far_future() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

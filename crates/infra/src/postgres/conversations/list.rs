use super::rows::{self, Row};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::conversations::{ConversationList, ListSort};
use domain::id::OwnerId;
use domain::page::Order;
use uuid::Uuid;

/// Reads one row more than the page holds, to see whether more follow.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ConversationList,
) -> QueryResult<Vec<Row>> {
    Page::of(owner, list).fetch_all(connection).await
}

/// A page of conversations. Its text depends on what is listed, so that each list is read through
/// the index that holds its conversations in its order: a condition in a parameter could not name
/// an index. Each text is prepared once per connection.
struct Page {
    owner_id: Uuid,
    project_id: Option<Uuid>,
    archived: Option<bool>,
    pinned: Option<bool>,
    is_descending: bool,
    /// The end of the page before, by activity. `None`: the list is by creation.
    after_time: Option<DateTime<Utc>>,
    after: Uuid,
    limit: i64,
}

impl Page {
    fn of(owner: OwnerId, list: &ConversationList) -> Self {
        let beginning = beginning(list.order);
        let (after_time, after) = match list.sort {
            ListSort::Created { after } => (None, after),
            ListSort::Updated { after } => {
                let (time, after) = after.unzip();
                (Some(time.unwrap_or_else(|| first_time(list.order))), after)
            }
        };
        Self {
            owner_id: ids::stored(owner.ulid()),
            project_id: list.project_id.map(|project| ids::stored(project.ulid())),
            archived: list.flags.archived,
            pinned: list.flags.pinned,
            is_descending: matches!(list.order, Order::Descending),
            after_time,
            after: after.map_or(beginning, |after| ids::stored(after.ulid())),
            // A limit is at most 100.
            limit: list.limit.get() as i64 + 1,
        }
    }
}

impl Query for Page {
    type SqlType = rows::Sql;
}

impl QueryId for Page {
    type QueryId = ();
    // The text is the key in the cache of prepared statements.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Page {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "select id, project_id, title, metadata, item_count, created_at, updated_at, archived,
                pinned
            from conversations where owner_id = ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.owner_id)?;
        if let Some(project) = &self.project_id {
            out.push_sql(" and project_id = ");
            out.push_bind_param::<SqlUuid, _>(project)?;
        }
        out.push_sql(match self.archived {
            None => "",
            Some(true) => " and archived",
            Some(false) => " and not archived",
        });
        out.push_sql(match self.pinned {
            None => "",
            Some(true) => " and pinned",
            Some(false) => " and not pinned",
        });
        let follows = if self.is_descending { "<" } else { ">" };
        match &self.after_time {
            None => {
                out.push_sql(" and id ");
                out.push_sql(follows);
                out.push_bind_param::<SqlUuid, _>(&self.after)?;
            }
            Some(time) => {
                out.push_sql(" and (updated_at, id) ");
                out.push_sql(follows);
                out.push_sql(" (");
                out.push_bind_param::<Timestamptz, _>(time)?;
                out.push_sql(", ");
                out.push_bind_param::<SqlUuid, _>(&self.after)?;
                out.push_sql(")");
            }
        }
        out.push_sql(match (self.after_time.is_some(), self.is_descending) {
            (false, true) => " order by id desc limit ",
            (false, false) => " order by id limit ",
            (true, true) => " order by updated_at desc, id desc limit ",
            (true, false) => " order by updated_at, id limit ",
        });
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}

/// The id before all others in this direction.
fn beginning(order: Order) -> Uuid {
    match order {
        Order::Ascending => Uuid::nil(),
        Order::Descending => Uuid::max(),
    }
}

/// A time before all others in this direction; the latest is the end of the year 9999.
fn first_time(order: Order) -> DateTime<Utc> {
    match order {
        Order::Ascending => DateTime::UNIX_EPOCH,
        Order::Descending => {
            DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
        }
    }
}

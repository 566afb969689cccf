//! Reading a page of a list, and counting all of it.

use crate::postgres::conversation_rows::page::ConversationPage;
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::execute::Execute as _;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel_async::AsyncPgConnection;
use domain::conversations::ConversationList;
use domain::id::OwnerId;

/// Reads one row more than the page holds, to see whether more follow.
pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ConversationList,
) -> QueryResult<Vec<ConversationRow>> {
    let page = ConversationPage::of(owner, list);
    if page.is_in_order_with_archived()
        && let Some(rows) = among_few_archived(connection, &page).await?
    {
        return Ok(rows);
    }
    page.fetch_all(connection).await
}

/// How many conversations the list has in all, up to `most`.
pub(super) async fn count(
    connection: &mut AsyncPgConnection,
    owner: OwnerId,
    list: &ConversationList,
    most: u64,
) -> QueryResult<i64> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let count = Count(ConversationPage::of(owner, list), most);
    count.fetch_one(connection).await
}

/// A page of conversations in use, by the index that also holds archived ones. `None`: too many of
/// these are within the page. Most people have few, and this takes PostgreSQL a third of the time
/// of the statement that may find thousands.
async fn among_few_archived(
    connection: &mut AsyncPgConnection,
    page: &ConversationPage,
) -> QueryResult<Option<Vec<ConversationRow>>> {
    let all = page.with_archived();
    let mut rows: Vec<ConversationRow> = all.clone().fetch_all(connection).await?;
    let is_end = rows.len() < all.limit();
    rows.retain(|row| !row.archived);
    if rows.len() < page.limit() && !is_end {
        return Ok(None);
    }
    rows.truncate(page.limit());
    Ok(Some(rows))
}

/// The number of all conversations of a list, up to this one.
struct Count(ConversationPage, i64);

impl Query for Count {
    type SqlType = BigInt;
}

impl QueryId for Count {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Count {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select count(*) from (select from conversations");
        self.0.listed(out.reborrow())?;
        out.push_sql(" limit ");
        out.push_bind_param::<BigInt, _>(&self.1)?;
        out.push_sql(") counted");
        Ok(())
    }
}

//! Pages of responses.

use super::rows::ResponseRow;
use super::statements::is_there;
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row::{Sql, names, row, sql};
use crate::postgres::statement::statement;
use crate::postgres::work::reading;
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::OwnerId;
use domain::page::{Order, PAGE_BYTES, Page};
use domain::responses::{Response, ResponseList};
use uuid::Uuid;

row!(
    ListedRow {
        response: ResponseRow => Sql<ResponseRow>,
        /// How many there were to choose from.
        found: i64 => BigInt,
    }
);

/// A page of responses of at most `$3` and about `$4` bytes, but at least one, and how many there were to choose from.
macro_rules! page {
    ($name:ident, $beyond:literal, $order:literal) => {
        statement!(
            $name {
                owner_id: Uuid => SqlUuid,
                after: Uuid => SqlUuid,
                most: i64 => BigInt,
                bytes: i64 => BigInt,
            } -> Sql<ListedRow>,
            sql!("with next as (
                select r.id, octet_length(r.settings) + octet_length(r.output) as bytes
                from responses r where r.owner_id = $1 and r.id ", $beyond, " $2 and ", is_there!("$1"), "
                order by r.id ", $order, " limit $3
            ),
            few as (
                select id, sum(bytes) over (order by id ", $order, ") - bytes as before from next
            )
            select ", names!(ResponseRow, "r."), ", (select count(*) from next)
            from few f join responses r on r.owner_id = $1 and r.id = f.id
            where f.before < $4 order by r.id ", $order)
        );
    };
}

page!(Newest, "<", "desc");
page!(Oldest, ">", "asc");

pub(super) async fn list(
    database: &Database,
    owner: OwnerId,
    list: ResponseList,
) -> Result<Page<Response>> {
    let owner_id = ids::stored(owner.ulid());
    let after = list.after.map(|id| ids::stored(id.ulid()));
    // One more shows whether another page follows.
    let most = list.limit.get() as i64 + 1;
    let bytes = PAGE_BYTES as i64;
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Vec<ListedRow>> {
        match list.order {
            Order::Ascending => {
                let page = Oldest {
                    owner_id,
                    after: after.unwrap_or_default(),
                    most,
                    bytes,
                };
                page.fetch_all(connection).await
            }
            Order::Descending => {
                let page = Newest {
                    owner_id,
                    after: after.unwrap_or(Uuid::max()),
                    most,
                    bytes,
                };
                page.fetch_all(connection).await
            }
        }
    };
    let rows = database.run(reading(owner), work).await?;
    let found = rows.first().map_or(0, |row| row.found);
    let rows = rows.into_iter().take(list.limit.get());
    let data: Vec<_> = rows
        .map(|row| Response::try_from(row.response))
        .collect::<Result<_>>()?;
    let has_more = (data.len() as i64) < found;
    Ok(Page { data, has_more })
}

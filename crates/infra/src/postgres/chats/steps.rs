//! Stores a turn step by step, where Citus keeps the tables in parts: see
//! [`item_rows::steps`](crate::postgres::item_rows::steps).

use super::statements::{StoreTurn, StoredRow};
use crate::postgres::execute::Execute as _;
use crate::postgres::item_rows::steps::{AddedItems, add};
use crate::postgres::turn_queue;
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};

pub(super) async fn store(
    connection: &mut AsyncPgConnection,
    turn: &StoreTurn<'_>,
) -> QueryResult<StoredRow> {
    let depart = turn_queue::Depart {
        owner_id: turn.owner_id,
        conversation_id: turn.conversation_id,
        token: turn.token,
    };
    let added = AddedItems {
        owner_id: turn.owner_id,
        conversation_id: turn.conversation_id,
        now: turn.now,
        after: turn.after,
        title: turn.title,
        titles_due: turn.titles_due,
        is_reply: false,
        seeds: turn.seeds,
        roles: turn.roles,
        author_ids: &[],
        call_ids: &[],
        models: turn.models,
        contents: turn.contents,
        types: turn.types,
        parts: turn.parts,
        shown: turn.shown,
        reasonings: turn.reasonings,
    };
    let work = async |connection: &mut AsyncPgConnection| {
        if depart.write(connection).await? == 0 {
            return Ok(StoredRow {
                was_there: false,
                title: None,
                last: None,
            });
        }
        let taken = add(connection, added).await?;
        let (last, title) = taken.map(|taken| (taken.last, taken.title)).unzip();
        Ok(StoredRow {
            was_there: true,
            title: title.flatten(),
            last,
        })
    };
    connection.transaction(work).await
}

//! The record of an outcome.

use super::columns::MadeColumns;
use super::row::row_key;
use super::statements::Record;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::repeats::{Outcome, RepeatKey};
use ulid::Ulid;

/// Records the outcome of a claimed request; `false` if another request has taken the claim.
pub(in crate::postgres) async fn recorded(
    connection: &mut AsyncPgConnection,
    repeat: &RepeatKey,
    token: Ulid,
    outcome: &Outcome,
) -> QueryResult<bool> {
    let (owner_id, key) = row_key(repeat);
    let MadeColumns { made, ids } = MadeColumns::from(&outcome.made);
    let record = Record {
        status: outcome.status.cast_signed(),
        made,
        ids: &ids,
        finish_reason: outcome.finish_reason.as_deref(),
        owner_id,
        key,
        token: ids::stored(token),
    };
    Ok(record.write(connection).await? > 0)
}

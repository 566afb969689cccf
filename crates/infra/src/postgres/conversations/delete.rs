//! Deletes conversations. Each leaves a job, which deletes the rest of the data.

use super::{expected, statements, steps};
use crate::postgres::database::Database;
use crate::postgres::error::storage;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row_keys::key;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::conversations::IdRange;
use domain::error::Result;
use domain::id::{ConversationId, OwnerId};
use domain::repeats::{Made, Outcome};
use domain::state::{Checked, Expected};
use uuid::Uuid;

/// Deletes the rows; returns those that were there.
async fn gone(
    connection: &mut AsyncPgConnection,
    delete: &statements::Delete<'_>,
    is_divided: bool,
) -> QueryResult<Vec<Uuid>> {
    match is_divided {
        false => delete.clone().fetch_all(connection).await,
        true => steps::delete(connection, delete).await,
    }
}

pub(super) async fn delete(
    database: &Database,
    owner: OwnerId,
    ids: &[ConversationId],
    now: DateTime<Utc>,
) -> Result<Vec<ConversationId>> {
    let owner_id = ids::stored(owner.ulid());
    let ids: Vec<Uuid> = ids.iter().map(|id| ids::stored(id.ulid())).collect();
    let delete = statements::Delete {
        owner_id,
        ids: &ids,
        now,
    };
    let all = |gone: &[Uuid]| -> Vec<ConversationId> {
        let gone = gone.iter().copied().map(ids::read);
        gone.map(ConversationId::new).collect()
    };
    let is_divided = database.is_divided();
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Vec<Uuid>> {
        gone(connection, &delete, is_divided).await
    };
    let gone = database
        .effect(owner, work, |gone| {
            Some(Outcome::done(Made::Several(all(gone))))
        })
        .await?
        .map_err(storage)?;
    Ok(all(&gone))
}

pub(super) async fn delete_expected(
    database: &Database,
    owner: OwnerId,
    id: ConversationId,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<Checked<bool>> {
    let key = key(owner, id);
    let ids = [key.1];
    let delete = statements::Delete {
        owner_id: key.0,
        ids: &ids,
        now,
    };
    let is_divided = database.is_divided();
    let work = async |connection: &mut AsyncPgConnection| {
        if !expected::holds(connection, key, expected).await? {
            return Ok(Checked::Stale);
        }
        let gone = gone(connection, &delete, is_divided).await?;
        QueryResult::Ok(Checked::Done(!gone.is_empty()))
    };
    let work = async |connection: &mut AsyncPgConnection| connection.transaction(work).await;
    database.attempt(owner, work).await?.map_err(storage)
}

pub(super) async fn delete_range(
    database: &Database,
    owner: OwnerId,
    range: IdRange,
    most: u32,
    now: DateTime<Utc>,
) -> Result<Option<(ConversationId, u64)>> {
    let delete = statements::DeleteRange {
        owner_id: ids::stored(owner.ulid()),
        after: range
            .after
            .map_or(Uuid::nil(), |after| ids::stored(after.ulid())),
        last: ids::stored(range.last.ulid()),
        most: most.into(),
        now,
    };
    let is_divided = database.is_divided();
    let gone: statements::DeletedRange = database
        .run(owner, async |connection| match is_divided {
            false => delete.fetch_one(connection).await,
            true => steps::delete_range(connection, &delete).await,
        })
        .await?;
    let last = gone.last.map(|id| ConversationId::new(ids::read(id)));
    Ok(last.map(|last| (last, gone.count.unsigned_abs())))
}

//! A copy of the messages of a link, as a conversation of another owner.

use super::{divided, statements};
use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::database::Database;
use crate::postgres::error::storage;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::work::WorkRequest;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::repeats::{Made, Outcome};
use domain::secret::Digest;
use domain::shares::{Fork, Forked};

pub(super) async fn fork(database: &Database, digest: Digest, fork: &Fork) -> Result<Forked> {
    let seed = ids::seed(fork.seed);
    let statement = statements::Fork {
        digest: &digest.0,
        now: fork.now,
        owner_id: ids::stored(fork.owner.ulid()),
        id: ids::stored(fork.id.ulid()),
        seed: &seed,
    };
    let measure = statements::MeasureFork {
        digest: &digest.0,
        now: fork.now,
        owner_id: statement.owner_id,
    };
    let most_bytes = fork.most_bytes;
    let is_divided = database.is_divided();
    let request = WorkRequest::from(fork.owner);
    type ForkedRow = (Option<u64>, Option<ConversationRow>);
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<ForkedRow> {
        if is_divided {
            return divided::fork(connection, &statement, most_bytes).await;
        }
        let Some(most_bytes) = most_bytes else {
            return Ok((None, statement.fetch_optional(connection).await?));
        };
        let size: Option<i64> = measure.fetch_optional(connection).await?;
        let size = size.map(|size| size.max(0).unsigned_abs());
        Ok(match size.is_some_and(|size| size <= most_bytes) {
            true => (size, statement.fetch_optional(connection).await?),
            false => (size, None),
        })
    };
    let made = |(_, row): &ForkedRow| {
        let made = Made::Conversation(fork.id);
        row.is_some().then_some(Outcome::created(made))
    };
    let done = database.effect(request, work, made).await?;
    let (size, row) = done.map_err(storage)?;
    match (row, size.zip(most_bytes)) {
        (Some(row), _) => Ok(Forked::Done(Box::new(row.try_into()?), size)),
        (None, Some((size, most_bytes))) if size > most_bytes => Ok(Forked::TooLarge),
        (None, _) => Ok(Forked::Refused),
    }
}

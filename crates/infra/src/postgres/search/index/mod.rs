//! Indexes stale texts, a portion at a time: reads them, makes their words without a transaction, and
//! stores these.

mod gather;
mod store;

use super::stale::MARGIN;
use super::statements::index::{AllIndexed, StaleConversations, StaleRow};
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::jobs::{Locked, Next};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::jobs::{Job, Portion, Step};
use domain::search::MAKER;
use store::MadeBlocks;
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// How many conversations a step looks at.
const CONVERSATIONS: i64 = 64;

pub(super) async fn step(
    database: &Database,
    job: &Job,
    portion: Portion,
    now: DateTime<Utc>,
) -> Result<Step> {
    let owner_id = ids::stored(job.owner.ulid());
    let gathered = database
        .run(Caller::Service, async |connection| {
            let stale = stale(connection, owner_id, CONVERSATIONS).await?;
            gather::gather(connection, owner_id, stale, portion).await
        })
        .await?;
    // A long text takes a while, and this thread serves connections.
    let owner = job.owner;
    let made = spawn_blocking(move || {
        let each = gathered.into_iter().map(|one| MadeBlocks::of(owner, one));
        each.collect::<Vec<_>>()
    });
    let made = made
        .await
        .map_err(|error| Error::Internal(Box::new(error)))?;
    let work = async |connection: &mut AsyncPgConnection| {
        let Some(locked) = Locked::of(connection, job, now).await? else {
            return Ok(Step::Taken);
        };
        store::store(connection, owner_id, &made).await?;
        let is_all = made.is_empty() && is_all(connection, owner_id, now).await?;
        let next = if is_all { Next::Done } else { Next::More };
        locked.end(connection, next).await
    };
    database
        .run(Caller::Service, async |connection| {
            connection.transaction(work).await
        })
        .await
}

async fn stale(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    most: i64,
) -> QueryResult<Vec<StaleRow>> {
    let stale = StaleConversations {
        owner_id,
        most,
        maker: MAKER,
    };
    stale.fetch_all(connection).await
}

/// Whether nothing is stale. If so, notes the time.
async fn is_all(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    if !stale(connection, owner_id, 1).await?.is_empty() {
        return Ok(false);
    }
    let all = AllIndexed {
        owner_id,
        through: now - MARGIN,
        maker: MAKER,
    };
    all.write(connection).await?;
    Ok(true)
}

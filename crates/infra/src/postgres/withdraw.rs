//! Withdraws conversations that were made for a turn that was not stored.

use super::conversations::expected;
use super::database::Database;
use super::ids;
use super::jobs::{ADD_JOBS, PURGE_JOB};
use super::row::sql;
use super::row_keys::key;
use super::statement::statement;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::conversations::Conversation;
use domain::error::Result;
use domain::id::OwnerId;
use domain::state::Expected;
use domain::turns::QueuedTurn;
use uuid::Uuid;

statement!(
    /// Deletes a conversation without messages. The caller must have locked its row: a transaction
    /// that stores something in it holds that lock, so this sees the stored rows. A link or a turn
    /// may come in at the same moment: the job deletes it. The job begins after a minute, when the
    /// rows of ended turns are not needed any more.
    Withdraw {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        turn: Option<Uuid> => Nullable<SqlUuid>,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    sql!("with gone as (
        delete from conversations where owner_id = $1 and id = $2 and last_sequence = 0
            and not exists (select from shares where owner_id = $1 and conversation_id = $2)
            and not exists (
                select from turn_queue where owner_id = $1 and conversation_id = $2
                    and token is distinct from $3 and ended_at is null and leased_until > now()
            )
        returning owner_id, id
    )
    ", ADD_JOBS, "
    select owner_id, ", PURGE_JOB, ", id, id, $4, $4 + interval '1 minute' from gone")
);

pub(super) async fn withdraw(
    database: &Database,
    owner: OwnerId,
    made: &Conversation,
    turn: Option<QueuedTurn>,
    now: DateTime<Utc>,
) -> Result<()> {
    let key = key(owner, made.id);
    let withdraw = Withdraw {
        owner_id: key.0,
        id: key.1,
        turn: turn.map(|turn| ids::stored(turn.token)),
        now,
    };
    let unchanged = Expected::OneOf(vec![made.tag().as_str().to_owned()]);
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<usize> {
        if !expected::holds(connection, key, &unchanged).await? {
            return Ok(0);
        }
        withdraw.write(connection).await
    };
    // The request has failed and may be repeated, so this is not recorded as its effect.
    let work = async |connection: &mut AsyncPgConnection| connection.transaction(work).await;
    database.run(owner, work).await.map(drop)
}

//! Takes back conversations that were made for a turn that was not stored.

use super::conversations::rows::stored_metadata;
use super::database::Database;
use super::ids;
use super::items::key::key;
use super::jobs::ADD_JOBS;
use super::row::sql;
use super::statement::statement;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::conversations::{Conversation, Title};
use domain::error::Result;
use domain::id::OwnerId;
use domain::turns::QueuedTurn;
use uuid::Uuid;

statement!(
    /// Deletes a conversation that is still as it was made. A transaction that is storing something
    /// in it holds the row's lock, so this sees the stored rows. A link or a turn may
    /// come in at the same moment: the job deletes it. The job begins after a minute, when the
    /// rows of ended turns are not needed any more.
    TakeBack<'a> {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        project_id: Option<Uuid> => Nullable<SqlUuid>,
        title: Option<&'a str> => Nullable<Text>,
        metadata: serde_json::Value => Jsonb,
        archived: bool => Bool,
        pinned: bool => Bool,
        turn: Option<Uuid> => Nullable<SqlUuid>,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    sql!("with gone as (
        delete from conversations where owner_id = $1 and id = $2 and last_sequence = 0
            and project_id is not distinct from $3 and title is not distinct from $4
            and metadata = $5 and archived = $6 and pinned = $7
            and not exists (select from shares where owner_id = $1 and conversation_id = $2)
            and not exists (
                select from turn_queue where owner_id = $1 and conversation_id = $2
                    and token is distinct from $8 and ended_at is null and leased_until > now()
            )
        returning owner_id, id
    )
    ", ADD_JOBS, "
    select owner_id, 8, id, id, $9, $9 + interval '1 minute' from gone")
);

pub(super) async fn take_back(
    database: &Database,
    owner: OwnerId,
    made: &Conversation,
    turn: Option<QueuedTurn>,
    now: DateTime<Utc>,
) -> Result<()> {
    let (owner_id, id) = key(owner, made.id);
    let take_back = TakeBack {
        owner_id,
        id,
        project_id: made.project_id.map(|project| ids::stored(project.ulid())),
        title: made.title.as_ref().map(Title::as_str),
        metadata: stored_metadata(&made.metadata),
        archived: made.flags.archived,
        pinned: made.flags.pinned,
        turn: turn.map(|turn| ids::stored(turn.token)),
        now,
    };
    // The request has failed and may be repeated, so this is not recorded as its effect.
    let work = async |connection: &mut AsyncPgConnection| take_back.write(connection).await;
    database.run(owner, work).await.map(drop)
}

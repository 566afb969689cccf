//! The end of sessions.

use super::statements::{End, EndOf, EndSome, ForgetSpent};
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::identity::person::{ENDED, may_go_on};
use crate::postgres::ids;
use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::Person;
use domain::error::Result;
use domain::id::{OwnerId, SessionId};
use uuid::Uuid;

/// How many tokens one step deletes.
const STEP: i64 = 5_000;

/// Ends all sessions of an owner except one, within a transaction. Each pass waits for the
/// rotations that hold a token, and does not see the new tokens of those: the next pass deletes
/// them. If a session has many spent tokens, the rest of them stays until they expire.
pub(in crate::postgres::identity) async fn end_others(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    kept: Option<Uuid>,
) -> QueryResult<()> {
    loop {
        let (most, step) = (0, STEP);
        let end_some = EndSome {
            owner_id,
            kept,
            most,
            step,
        };
        if end_some.write(connection).await? == 0 {
            return Ok(());
        }
    }
}

/// Ends a session. A running rotation holds the lock of the session's token, so the deletion waits
/// for it, and does not see its new token: the next pass deletes that. When a pass deletes nothing,
/// no rotation can be running.
pub(super) async fn end(
    database: &Database,
    caller: Caller,
    owner: OwnerId,
    session: SessionId,
) -> Result<()> {
    let family = ids::stored(session.ulid());
    let owner_id = ids::stored(owner.ulid());
    loop {
        let end = End { owner_id, family };
        let ended = database
            .run(caller, async |connection| end.write(connection).await)
            .await?;
        if ended == 0 {
            break;
        }
    }
    let forget = ForgetSpent { family, most: STEP };
    database
        .run(caller, async |connection| forget.write(connection).await)
        .await?;
    Ok(())
}

pub(super) async fn end_of(
    database: &Database,
    person: Person,
    session: SessionId,
) -> Result<bool> {
    let end_of = EndOf {
        owner_id: ids::stored(person.owner.ulid()),
        family: ids::stored(session.ulid()),
    };
    let work = async |connection: &mut AsyncPgConnection| {
        if !may_go_on(connection, person).await? {
            return Ok(None);
        }
        end_of.fetch_one::<i64>(connection).await.map(Some)
    };
    let gone = database
        .run(person.owner, async |connection| {
            connection.transaction(work).await
        })
        .await?;
    if gone.ok_or(ENDED)? == 0 {
        return Ok(false);
    }
    let caller = Caller::Owner(person.owner);
    end(database, caller, person.owner, session).await?;
    Ok(true)
}

pub(super) async fn end_some(database: &Database, person: Person, most: u32) -> Result<bool> {
    let end_some = EndSome {
        owner_id: ids::stored(person.owner.ulid()),
        kept: person.session.map(|kept| ids::stored(kept.ulid())),
        most: most.into(),
        step: STEP,
    };
    let work = async |connection: &mut AsyncPgConnection| {
        if !may_go_on(connection, person).await? {
            return Ok(None);
        }
        end_some.write(connection).await.map(Some)
    };
    let deleted = database
        .run(person.owner, async |connection| {
            connection.transaction(work).await
        })
        .await?;
    Ok(deleted.ok_or(ENDED)? > 0)
}

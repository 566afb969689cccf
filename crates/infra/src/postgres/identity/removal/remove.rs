//! Marks an owner as removed. From then on the owner's credentials are invalid.

use super::statements::{CountRemoval, LeaveJob};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::jobs::kind;
use crate::postgres::schema::{api_keys, removed_owners, users};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use domain::auth::Person;
use domain::jobs::JobKind;
use uuid::Uuid;

/// A removed owner, and the time of the removal.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    pub(super) id: Uuid,
    pub(super) now: DateTime<Utc>,
}

/// Counts the removal of an external owner. `false`: another request has counted it before. Waits for
/// such a request.
pub(super) async fn count(
    connection: &mut AsyncPgConnection,
    person: Person,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let Some(external) = person.external else {
        return Ok(true);
    };
    let count = CountRemoval {
        first: ids::stored(external.first.ulid()),
        removals: i32::try_from(external.removals).unwrap_or(i32::MAX),
        now: external.removed_at(now),
    };
    Ok(count.write(connection).await? > 0)
}

/// Marks the owner as removed and deletes all credentials. Account and address are deleted with the
/// user, without whom refresh tokens are invalid; the tokens themselves are deleted in portions.
pub(super) async fn remove(connection: &mut AsyncPgConnection, owner: Owner) -> QueryResult<()> {
    let removed = diesel::insert_into(removed_owners::table)
        .values((
            removed_owners::owner_id.eq(owner.id),
            removed_owners::removed_at.eq(owner.now),
        ))
        .on_conflict_do_nothing()
        .write(connection)
        .await?;
    if removed > 0 {
        let job = LeaveJob {
            owner_id: owner.id,
            kind: kind::stored(JobKind::Removal),
            now: owner.now,
        };
        job.write(connection).await?;
    }
    diesel::delete(api_keys::table.filter(api_keys::owner_id.eq(owner.id)))
        .write(connection)
        .await?;
    diesel::delete(users::table.find(owner.id))
        .write(connection)
        .await?;
    Ok(())
}

//! What only a session that can still go on may change.

use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::statement::statement;
use diesel::QueryResult;
use diesel::sql_types::{Binary, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::auth::Person;
use domain::error::{Error, Unauthenticated};
use uuid::Uuid;

/// What is answered when it cannot.
pub(super) const ENDED: Error = Error::Unauthenticated(Unauthenticated::SessionEnded);

statement!(
    /// Locks the user and a token of the session. Any token will do: one is spent by refreshing, but
    /// none is left when the session ends, and the newest outlives each access token of the session.
    /// The user is locked before the token, as by all who change credentials.
    Hold { owner_id: Uuid => SqlUuid, family: Uuid => SqlUuid } -> Binary,
    "with who as materialized (
        select owner_id from users where owner_id = $1 for no key update
    )
    select t.digest from who join refresh_tokens t on t.owner_id = who.owner_id
    where t.family = $2 limit 1 for no key update of t"
);

/// Whether the session that a person calls from can go on. If so, it does not end before this
/// transaction does: who ends it waits, and sees what was changed.
pub(super) async fn may_go_on(
    connection: &mut AsyncPgConnection,
    person: Person,
) -> QueryResult<bool> {
    let Some(session) = person.session else {
        return Ok(true);
    };
    let hold = Hold {
        owner_id: ids::stored(person.owner.ulid()),
        family: ids::stored(session.ulid()),
    };
    let held: Option<Vec<u8>> = hold.fetch_optional(connection).await?;
    Ok(held.is_some())
}

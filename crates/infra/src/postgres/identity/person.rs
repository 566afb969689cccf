//! Changes that only a session that can continue may make.

use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::statement::statement;
use diesel::QueryResult;
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::auth::Person;
use domain::error::{Error, Unauthenticated};
use uuid::Uuid;

/// The error when the session has ended.
pub(super) const ENDED: Error = Error::Unauthenticated(Unauthenticated::SessionEnded);

statement!(
    /// Locks the user and the session's unspent token. Returns whether a refresh has spent the
    /// token since this statement began. No row when the session has ended; the newest token
    /// outlives each access token of the session. The user is locked before the token, as in all
    /// changes of credentials.
    Hold { owner_id: Uuid => SqlUuid, family: Uuid => SqlUuid } -> Bool,
    "with who as materialized (
        select owner_id from users where owner_id = $1 for no key update
    ),
    live as materialized (
        select digest from refresh_tokens
        where owner_id = $1 and family = $2 and spent_at is null
    )
    select t.spent_at is not null from who, live join refresh_tokens t on t.digest = live.digest
    limit 1 for no key update of t"
);

/// Whether the person's session can continue. If so, it does not end before this transaction does:
/// a request to end it waits, and sees the changes.
pub(super) async fn may_go_on(
    connection: &mut AsyncPgConnection,
    person: Person,
) -> QueryResult<bool> {
    let Some(session) = person.session else {
        return Ok(true);
    };
    loop {
        let hold = Hold {
            owner_id: ids::stored(person.owner.ulid()),
            family: ids::stored(session.ulid()),
        };
        let held: Option<bool> = hold.fetch_optional(connection).await?;
        match held {
            None => return Ok(false),
            Some(false) => return Ok(true),
            // The session has another unspent token now; lock that one.
            Some(true) => {}
        }
    }
}

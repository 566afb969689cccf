//! Claims a key, or finds the row that has it.

use super::row::{attempt_number, row_key};
use super::statements::{self, RepeatRow};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::repeats::NewClaim;
use uuid::Uuid;

/// The state of a key in the database.
pub(super) enum StoredClaim {
    Claimed,
    Row(RepeatRow),
    Nothing,
}

/// How often a key is looked up again while others claim and release it.
const ATTEMPTS: u8 = 4;

pub(super) async fn claim(
    connection: &mut AsyncPgConnection,
    new: &NewClaim,
) -> QueryResult<StoredClaim> {
    let (owner_id, key) = row_key(&new.key);
    let (token, body) = (ids::stored(new.token), new.body.0.as_slice());
    let attempt = new.attempt.map(attempt_number);
    for _ in 0..ATTEMPTS {
        let insert = statements::Insert {
            owner_id,
            key,
            body,
            token,
            now: new.now,
            leased_until: new.leased_until,
            expires_at: new.expires_at,
            attempt,
        };
        if insert.fetch_optional::<Uuid>(connection).await?.is_some() {
            return Ok(StoredClaim::Claimed);
        }
        let find = statements::Find { owner_id, key };
        let Some(row) = find.fetch_optional::<RepeatRow>(connection).await? else {
            continue;
        };
        // An attempt before this one has claimed it, and was not told.
        if row.token == token && row.status.is_none() {
            return Ok(StoredClaim::Claimed);
        }
        let is_free = match row.status {
            None => row.leased_until <= new.now,
            Some(_) => row.expires_at <= new.now,
        };
        if !is_free {
            return Ok(StoredClaim::Row(row));
        }
        let take_over = statements::TakeOver {
            body,
            token,
            now: new.now,
            leased_until: new.leased_until,
            expires_at: new.expires_at,
            attempt,
            owner_id,
            key,
            before: row.token,
        };
        if take_over.write(connection).await? > 0 {
            return Ok(StoredClaim::Claimed);
        }
    }
    Ok(StoredClaim::Nothing)
}

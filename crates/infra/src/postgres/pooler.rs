//! Detects a pooler between this service and PostgreSQL that does not keep prepared statements.

use super::connect::Target;
use diesel::ConnectionError;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

/// How often to test: a pooler may give a client the same server connection several times.
const ROUNDS: u8 = 3;

/// The pooler gives a client another server connection for each transaction, and does not prepare
/// the client's statements there: they fail, or statements of other clients run in their place.
#[derive(Debug, thiserror::Error)]
#[error(
    "it leads through a pooler that does not keep prepared statements. PgBouncer keeps them from version 1.21 on, with max_prepared_statements set; with an earlier one, use pool_mode = session"
)]
pub struct Forgetful;

/// Whether a statement that is prepared on a connection can run there later, in another
/// transaction. A second client takes the server connection meanwhile, if a pooler allows it.
///
/// Where one does, a setting that the service makes holds for one of the pool's connections only. The
/// result has the commands that make it for the role.
///
/// # Errors
/// The database cannot be reached now, so the answer is not known.
pub async fn keeps_statements(
    target: &Target,
) -> Result<Result<Vec<String>, Forgetful>, ConnectionError> {
    let bad = |error: Error| ConnectionError::BadConnection(error.to_string());
    let (first, second) = (target.client().await?, target.client().await?);
    let mut is_shared = false;
    for _ in 0..ROUNDS {
        match round(&first, &second).await {
            Ok(shared) => is_shared |= shared,
            Err(error) if is_forgetful(&error) => return Ok(Err(Forgetful)),
            Err(error) => return Err(bad(error)),
        }
    }
    if !is_shared {
        return Ok(Ok(Vec::new()));
    }
    unset(&first).await.map(Ok).map_err(bad)
}

/// Whether the first client has had two server connections.
async fn round(first: &Client, second: &Client) -> Result<bool, Error> {
    let statement = first.prepare("select pg_backend_pid()").await?;
    let before: i32 = first.query_one(&statement, &[]).await?.get(0);
    second.batch_execute("begin; select 1").await?;
    let again = first.query_one(&statement, &[]).await;
    second.batch_execute("rollback").await?;
    let after: i32 = again?.get(0);
    Ok(before != after)
}

/// The settings that a new server connection lacks, as commands. `reset_val` is the value of the role,
/// the database or the server, also where a client has set another one since. A limit that was set on this
/// connection, and not by this service (29999), is that of PgBouncer's `connect_query`, which each has.
const UNSET: &str =
    "select format('alter role %I in database %I set %s = %L', current_user, current_database(), name,
        case name when 'statement_timeout' then '30s' else 'on' end)
    from pg_settings
    where case name when 'statement_timeout' then reset_val::bigint not between 1 and 30000
            and (setting::bigint = 29999 or setting::bigint not between 1 and 30000)
        when 'synchronous_commit' then reset_val = 'off' end
    order by name";

async fn unset(client: &Client) -> Result<Vec<String>, Error> {
    let command = |message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    let found = client.simple_query(UNSET).await?;
    Ok(found.into_iter().filter_map(command).collect())
}

/// Whether the statement is missing, or another client's statement is in its place.
fn is_forgetful(error: &Error) -> bool {
    let code = error.code();
    [
        SqlState::INVALID_SQL_STATEMENT_NAME,
        SqlState::DUPLICATE_PSTATEMENT,
        SqlState::PROTOCOL_VIOLATION,
    ]
    .iter()
    .any(|known| code == Some(known))
}

//! Detects a pooler between this service and PostgreSQL that does not keep prepared statements.

use super::connect::Target;
use diesel::ConnectionError;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

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
/// # Errors
/// The database cannot be reached now, so the answer is not known.
pub async fn keeps_statements(target: &Target) -> Result<Result<(), Forgetful>, ConnectionError> {
    let (first, second) = (target.client().await?, target.client().await?);
    for _ in 0..ROUNDS {
        match round(&first, &second).await {
            Ok(()) => {}
            Err(error) if is_forgetful(&error) => return Ok(Err(Forgetful)),
            Err(error) => return Err(ConnectionError::BadConnection(error.to_string())),
        }
    }
    Ok(Ok(()))
}

async fn round(first: &Client, second: &Client) -> Result<(), Error> {
    let statement = first.prepare("select 1").await?;
    second.batch_execute("begin; select 1").await?;
    let again = first.query(&statement, &[]).await;
    second.batch_execute("rollback").await?;
    again.map(drop)
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

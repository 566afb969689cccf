use super::connect::Target;
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use std::time::Duration;
use tokio::time::sleep;
use tokio_postgres::{Client, SimpleQueryMessage};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Allows one migration at a time per schema, for any number of instances that start at once. The
/// lock belongs to a transaction: a pooler would keep a session's lock after this client is gone.
const LOCK: &str = "select pg_try_advisory_xact_lock(hashtextextended('jan-conversations ' || \
                    current_schema(), 0))";

/// The pause between two attempts. A statement that waits for the lock would delay an index that
/// another instance builds concurrently, since that waits for all statements that began before.
const PAUSE: Duration = Duration::from_millis(100);

/// The database could not be brought to the schema of this version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("the database refused: {0}")]
    Lock(#[from] tokio_postgres::Error),
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Applies the migrations that are pending and returns their names. Needs a multi-threaded
/// runtime, since Diesel's migrations are not asynchronous.
pub async fn migrate(target: &Target) -> Result<Vec<String>, MigrateError> {
    let lock = locked(target).await?;
    let mut harness = AsyncMigrationHarness::new(target.connect().await?);
    let applied = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(MigrateError::Migration)?;
    let applied = applied.iter().map(ToString::to_string).collect();
    // If this fails, the lock is released with the connection.
    drop(lock.batch_execute("rollback").await);
    Ok(applied)
}

/// A connection with a transaction that holds the lock.
async fn locked(target: &Target) -> Result<Client, MigrateError> {
    let client = target.client().await?;
    loop {
        client.batch_execute("begin").await?;
        let answer = client.simple_query(LOCK).await?;
        let is_locked = answer.iter().any(
            |message| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("t")),
        );
        if is_locked {
            return Ok(client);
        }
        client.batch_execute("rollback").await?;
        sleep(PAUSE).await;
    }
}

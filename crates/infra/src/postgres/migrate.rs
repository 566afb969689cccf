use super::connect::Target;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// One migration at a time per schema, however many instances start at once.
const LOCK: &str = "select pg_advisory_lock(hashtextextended('jan-conversations ' || \
                    current_schema(), 0))";

/// The database could not be brought to the schema of this version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("the database refused: {0}")]
    Lock(#[from] diesel::result::Error),
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Applies the migrations that are pending and returns their names. Needs a multi-threaded
/// runtime, since Diesel's migrations are not asynchronous.
pub async fn migrate(target: &Target) -> Result<Vec<String>, MigrateError> {
    let mut harness = locked(target).await?;
    let applied = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(MigrateError::Migration)?;
    Ok(applied.iter().map(ToString::to_string).collect())
    // The connection closes here, and with it goes the lock.
}

async fn locked(target: &Target) -> Result<AsyncMigrationHarness<AsyncPgConnection>, MigrateError> {
    let mut connection = target.connect().await?;
    connection.batch_execute(LOCK).await?;
    Ok(AsyncMigrationHarness::new(connection))
}

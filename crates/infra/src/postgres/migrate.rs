use super::citus::{self, CitusError};
use super::connect::Target;
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use std::time::Duration;
use tokio::time::sleep;
use tokio_postgres::{Client, SimpleQueryMessage};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Allows one migration at a time per schema, for any number of instances that start together. The
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
    #[error("{0}")]
    Citus(#[from] CitusError),
}

/// The migrations that were applied, and the database they were applied to.
#[derive(Debug, Default)]
pub struct Migrated {
    /// The migrations that were pending.
    pub applied: Vec<String>,
    /// The tables that Citus keeps in parts, or on all nodes, since now.
    pub placed: Vec<String>,
    /// Whether Citus keeps tables in parts.
    pub is_divided: bool,
}

/// Applies the migrations that are pending. Where Citus keeps the tables in parts, it also places new
/// tables. Needs a multi-threaded runtime, since Diesel's migrations are not asynchronous.
///
/// # Errors
/// The database cannot be reached, or refuses.
pub async fn migrate(target: &Target) -> Result<Migrated, MigrateError> {
    bring(target, false).await
}

/// As [`migrate`], and has Citus keep the tables in parts.
///
/// # Errors
/// As above, and where no Citus cluster can keep the tables.
pub async fn divide(target: &Target) -> Result<Migrated, MigrateError> {
    bring(target, true).await
}

async fn bring(target: &Target, divides: bool) -> Result<Migrated, MigrateError> {
    let lock = locked(target).await?;
    let client = target.client().await?;
    let cluster = citus::look(&client).await?;
    let is_divided = match &cluster {
        None if divides => return Err(CitusError::NoExtension.into()),
        None => false,
        Some(cluster) => {
            cluster.must_be_coordinator()?;
            if divides {
                cluster.must_be_ready()?;
            }
            cluster.is_divided
        }
    };
    let applied = match is_divided {
        true => citus::apply(&client).await.map_err(refused)?,
        false => apply(target).await?,
    };
    let is_divided = is_divided || divides;
    let placed = match is_divided {
        true => citus::place(&client).await?,
        false => Vec::new(),
    };
    // If this fails, the lock is released with the connection.
    drop(lock.batch_execute("rollback").await);
    Ok(Migrated {
        applied,
        placed,
        is_divided,
    })
}

fn refused(error: tokio_postgres::Error) -> MigrateError {
    MigrateError::Migration(error.into())
}

async fn apply(target: &Target) -> Result<Vec<String>, MigrateError> {
    let mut harness = AsyncMigrationHarness::new(target.connect().await?);
    let applied = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(MigrateError::Migration)?;
    Ok(applied.iter().map(ToString::to_string).collect())
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

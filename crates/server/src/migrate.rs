//! The command `migrate`, and the part of it that `serve` uses.

use crate::config::{Config, StorageLocation};
use crate::print;
use crate::serve_error::ServeError;
use cluster::EmbeddedPostgres;
use infra::postgres::{Database, MigrateError, Target};
use std::time::Duration;

/// Brings the database to the schema of this version, and stops.
///
/// # Errors
/// The database cannot be reached, or refuses the migration.
pub async fn migrate(config: &Config, citus: bool) -> Result<(), ServeError> {
    let migrated = match &config.storage {
        StorageLocation::External { database_url, .. } => {
            let target = Target::parse(database_url)?;
            match citus {
                true => infra::postgres::divide(&target).await?,
                false => infra::postgres::migrate(&target).await?,
            }
        }
        StorageLocation::Embedded(_) if citus => return Err(ServeError::CitusEmbedded),
        StorageLocation::Embedded(embedded) => {
            let (options, _) = embedded.options(4);
            let postgres = EmbeddedPostgres::start(options).await?;
            let applied = infra::postgres::migrate(&Target::parse(postgres.database_url())?).await;
            postgres.stop().await;
            applied?
        }
    };
    match migrated.applied.as_slice() {
        [] => print::line("The schema was up to date.")?,
        applied => print::line(&format!("Applied: {}", applied.join(", ")))?,
    }
    match migrated.placed.as_slice() {
        [] if migrated.is_divided => print::line("All tables were placed.")?,
        [] => {}
        placed => print::line(&format!("Placed: {}", placed.join(", ")))?,
    }
    Ok(())
}

/// The pause before the next attempt. While the database is away, it is always the first one.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// Migrates as soon as the database is available. The service starts without the database, and
/// answers 503 until it is there and migrated. A migration that fails is tried again with longer and
/// longer pauses; each reason is logged once.
pub(crate) async fn until_done(target: Target, database: Database) {
    let (mut pause, mut logged) = (PAUSE, String::new());
    loop {
        let error = match infra::postgres::migrate(&target).await {
            Ok(migrated) => {
                let applied = migrated.applied.len();
                tracing::info!(applied, "the database is ready");
                if migrated.is_divided {
                    database.divide();
                }
                database.open();
                return;
            }
            Err(error) => error,
        };
        let reason = error.to_string();
        if reason == logged {
            tracing::debug!(%error, "the database is still not ready");
        } else {
            tracing::warn!(%error, "the database is not ready; trying again");
            logged = reason;
        }
        let next = match error {
            MigrateError::Connect(_) => PAUSE,
            MigrateError::Lock(_) | MigrateError::Migration(_) | MigrateError::Citus(_) => {
                pause * 2
            }
        };
        tokio::time::sleep(std::mem::replace(&mut pause, next.min(LONGEST))).await;
    }
}

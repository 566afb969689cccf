//! The command `migrate`, and the part of it that `serve` uses.

use crate::config::{Config, Storage};
use crate::print;
use crate::serve_error::ServeError;
use cluster::EmbeddedPostgres;
use infra::postgres::{Database, MigrateError, Target};
use std::time::Duration;

/// Brings the database to the schema of this version, and stops.
///
/// # Errors
/// The database cannot be reached, or refuses the migration.
pub async fn migrate(config: &Config) -> Result<(), ServeError> {
    let applied = match &config.storage {
        Storage::External { database_url, .. } => {
            infra::postgres::migrate(&Target::parse(database_url)?).await?
        }
        Storage::Embedded(embedded) => {
            let (options, _) = embedded.options(4);
            let postgres = EmbeddedPostgres::start(options).await?;
            let applied = infra::postgres::migrate(&Target::parse(postgres.database_url())?).await;
            postgres.stop().await;
            applied?
        }
    };
    match applied.as_slice() {
        [] => print::line("The schema was up to date.")?,
        applied => print::line(&format!("Applied: {}", applied.join(", ")))?,
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
    let (mut pause, mut told) = (PAUSE, String::new());
    loop {
        let error = match infra::postgres::migrate(&target).await {
            Ok(applied) => {
                tracing::info!(applied = applied.len(), "the database is ready");
                database.open();
                return;
            }
            Err(error) => error,
        };
        let reason = error.to_string();
        if reason == told {
            tracing::debug!(%error, "the database is still not ready");
        } else {
            tracing::warn!(%error, "the database is not ready; trying again");
            told = reason;
        }
        let next = match error {
            MigrateError::Connect(_) => PAUSE,
            MigrateError::Lock(_) | MigrateError::Migration(_) => pause * 2,
        };
        tokio::time::sleep(std::mem::replace(&mut pause, next.min(LONGEST))).await;
    }
}

mod merge;
mod rows;
mod steps;

use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::work::reading;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::{Error, Result, Unauthenticated};
use domain::id::OwnerId;
use domain::settings::{Preferences, PreferencesChange, Settings, SettingsChanges, SettingsStore};
use domain::state::{Checked, Expected};
use merge::merged;
use rows::{Find, SetPreferences, SettingsRow, Update};
use uuid::Uuid;

/// Settings in PostgreSQL.
pub struct PgSettings(pub Database);

/// The constraint on the size of preferences.
const SIZE: &str = "user_settings_preferences_size";

#[async_trait::async_trait]
impl SettingsStore for PgSettings {
    async fn find(&self, owner: OwnerId) -> Result<Settings> {
        let find = Find {
            owner_id: ids::stored(owner.ulid()),
        };
        let row: Option<SettingsRow> = self
            .0
            .run(reading(owner), async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        row.map_or_else(|| Ok(Settings::default()), Settings::try_from)
    }

    async fn update(
        &self,
        owner: OwnerId,
        changes: &SettingsChanges,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Checked<Option<Settings>>> {
        let owner_id = ids::stored(owner.ulid());
        let update = Update::new(owner_id, changes, now);
        let is_one =
            expected.is_any() && !matches!(changes.preferences, PreferencesChange::Merge(_));
        let is_divided = self.0.is_divided();
        let work = async |connection: &mut AsyncPgConnection| {
            if is_one {
                return written(connection, &update, is_divided).await;
            }
            let work = async |connection: &mut AsyncPgConnection| {
                expect(connection, owner_id, expected, now, is_divided).await?;
                match &changes.preferences {
                    PreferencesChange::Merge(new) => {
                        update_merging(connection, update, new, is_divided).await
                    }
                    PreferencesChange::Keep | PreferencesChange::Set(_) => {
                        written(connection, &update, is_divided).await
                    }
                }
            };
            connection.transaction(work).await
        };
        match self.0.attempt(owner, work).await? {
            Ok(Some(row)) => Settings::try_from(row).map(|row| Checked::Done(Some(row))),
            Ok(None) => Err(Error::Unauthenticated(Unauthenticated::Invalid)),
            Err(DieselError::NotFound) => Ok(Checked::Stale),
            Err(DieselError::RollbackTransaction) => Ok(Checked::Done(None)),
            Err(error) if violates(&error, SIZE) => Ok(Checked::Done(None)),
            Err(error) => Err(storage(error)),
        }
    }
}

/// Makes the changes by one statement, or step by step where Citus keeps the tables in parts.
async fn written(
    connection: &mut AsyncPgConnection,
    update: &Update<'_>,
    is_divided: bool,
) -> QueryResult<Option<SettingsRow>> {
    match is_divided {
        false => update.clone().fetch_optional(connection).await,
        true => steps::update(connection, update).await,
    }
}

/// Rolls back with [`DieselError::NotFound`] where the settings are not in an expected state. The row
/// is locked before it is looked at, and made where there is none.
async fn expect(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    expected: &Expected,
    now: DateTime<Utc>,
    is_divided: bool,
) -> QueryResult<()> {
    if expected.is_any() {
        return Ok(());
    }
    let nothing = SettingsChanges::default();
    let lock = Update::new(owner_id, &nothing, now);
    let Some(row) = written(connection, &lock, is_divided).await? else {
        return Ok(());
    };
    let settings =
        Settings::try_from(row).map_err(|error| DieselError::DeserializationError(error.into()))?;
    match expected.holds(&settings.tag()) {
        true => Ok(()),
        false => Err(DieselError::NotFound),
    }
}

/// Changes the rest first, which locks the row. Rolls back where the preferences would be too large.
async fn update_merging(
    connection: &mut AsyncPgConnection,
    update: Update<'_>,
    new: &Preferences,
    is_divided: bool,
) -> QueryResult<Option<SettingsRow>> {
    let owner_id = update.owner_id;
    let Some(mut row) = written(connection, &update, is_divided).await? else {
        return Ok(None);
    };
    let preferences = merged(&row.preferences, new.as_str())
        .map_err(|error| DieselError::DeserializationError(error.into()))?;
    if preferences.len() > Preferences::MAX_BYTES {
        return Err(DieselError::RollbackTransaction);
    }
    let set = SetPreferences {
        preferences: &preferences,
        owner_id,
    };
    set.write(connection).await?;
    row.preferences = preferences;
    Ok(Some(row))
}

//! The command `reset-password`: gives an account another password when its own was forgotten.

use crate::config::{Config, StorageLocation};
use crate::processors::half_of_the_processors;
use cluster::{EmbeddedError, EmbeddedPostgres, Options, running_url};
use domain::auth::{Email, Password, PasswordReset};
use domain::secret::Secrets as _;
use infra::audit::LoggedAudit;
use infra::postgres::{
    ConnectError, Database, MigrateError, PgAccounts, PgSessions, Target, migrate,
};
use infra::security::{Argon2Hasher, RandomSecrets};
use std::error::Error as _;
use std::io::{BufRead as _, Read as _};
use std::path::Path;

/// Letters and digits of a new password: some 119 bits.
const LENGTH: usize = 20;

/// Why the password was not reset, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    #[error("no account has this e-mail address.")]
    NoAccount,
    #[error("{0} contains no database.")]
    NoDatabase(String),
    #[error("the password cannot be read from standard input: {0}.")]
    Input(#[from] std::io::Error),
    #[error("DATABASE_URL cannot be used: {0}.")]
    Address(#[from] ConnectError),
    #[error("{0}")]
    Embedded(#[from] EmbeddedError),
    #[error("the database could not be brought to the schema of this version: {0}.")]
    Migrate(#[from] MigrateError),
    #[error("{}", explained(.0))]
    Domain(#[from] domain::error::Error),
}

/// The error with its cause: the operator sees more than clients do.
fn explained(error: &domain::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("the database refuses: {cause}."),
        None => error.to_string(),
    }
}

/// Gives the account of an address a new password, the first line of standard input or a random
/// one, and ends all its sessions; returns the password. A running service need not be stopped.
///
/// # Errors
/// The account does not exist, the password is refused, or the database cannot be reached.
pub async fn reset_password(
    config: &Config,
    email: &str,
    from_input: bool,
) -> Result<String, ResetError> {
    let email = Email::parse(email)?;
    let text = match from_input {
        true => first_line()?,
        false => RandomSecrets.generate("").0.chars().take(LENGTH).collect(),
    };
    let password = Password::choose("password", &text, &email)?;
    match &config.storage {
        StorageLocation::External { database_url, .. } => {
            reset(database_url, &email, password).await?
        }
        StorageLocation::Embedded(storage) => {
            let (options, _) = storage.options(4);
            embedded(&storage.data_dir, options, &email, password).await?;
        }
    }
    Ok(text)
}

fn first_line() -> std::io::Result<String> {
    let mut line = String::new();
    // Reads far more than any password has, but not without end.
    std::io::stdin().lock().take(4096).read_line(&mut line)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// Uses the socket of a running service, or a PostgreSQL that runs only for this.
async fn embedded(
    data_dir: &Path,
    options: Options,
    email: &Email,
    password: Password,
) -> Result<(), ResetError> {
    if !data_dir.join("postgres/PG_VERSION").exists() {
        return Err(ResetError::NoDatabase(data_dir.display().to_string()));
    }
    let postgres = match EmbeddedPostgres::start(options).await {
        Ok(postgres) => postgres,
        Err(EmbeddedError::InUse { .. }) => {
            return reset(&running_url(data_dir)?, email, password).await;
        }
        Err(error) => return Err(error.into()),
    };
    let url = postgres.database_url().to_owned();
    let done = async {
        migrate(&Target::parse(&url)?).await?;
        reset(&url, email, password).await
    };
    let done = done.await;
    postgres.stop().await;
    done
}

async fn reset(database_url: &str, email: &Email, password: Password) -> Result<(), ResetError> {
    let database = Database::new(Target::parse(database_url)?, 1);
    database.open();
    let reset = PasswordReset {
        accounts: &PgAccounts(database.clone()),
        sessions: &PgSessions(database.clone()),
        hasher: &Argon2Hasher::new(half_of_the_processors())?,
        audit: &LoggedAudit,
    };
    let done = reset.reset(email, password).await;
    database.close();
    match done? {
        true => Ok(()),
        false => Err(ResetError::NoAccount),
    }
}

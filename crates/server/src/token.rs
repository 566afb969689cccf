//! The secret that signs tokens, and the token of an embedded database's owner.

use crate::config::{Config, Storage};
use chrono::TimeDelta;
use domain::auth::{AccessTokens as _, AuthService, Claims, Secrets as _};
use domain::clock::Clock as _;
use infra::clock::SystemClock;
use infra::security::{Jwt, RandomSecrets};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error(
        "`token` is for the owner of an embedded database. With DATABASE_URL there is no such \
         owner: sign in through /auth."
    )]
    External,
    #[error("the secret in {path} cannot be read or made: {source}.")]
    Secret {
        path: String,
        source: std::io::Error,
    },
    #[error("the secret in DATA_DIR is damaged: it must have at least 32 bytes.")]
    Damaged,
    #[error("{0}")]
    Issue(#[from] domain::error::Error),
}

/// An access token for the owner of the embedded database, who is always the same.
///
/// # Errors
/// There is no such owner, or the secret cannot be had.
pub fn operator(config: &Config) -> Result<String, TokenError> {
    let Storage::Embedded {
        data_dir,
        jwt_secret,
        ..
    } = &config.storage
    else {
        return Err(TokenError::External);
    };
    let secret = embedded_secret(data_dir, jwt_secret.as_deref())?;
    let clock = Arc::new(SystemClock);
    let now = clock.now();
    let claims = Claims {
        subject: AuthService::OPERATOR,
        session: None,
        issued_at: now,
        expires_at: now + TimeDelta::seconds(AuthService::ACCESS_SECONDS.into()),
    };
    let jwt = Jwt::new(secret.as_bytes(), clock).map_err(|_| TokenError::Damaged)?;
    Ok(jwt.issue(&claims)?)
}

/// The secret of an embedded database: the one given, or one that is made once and kept beside the
/// data, for this user's eyes alone.
///
/// # Errors
/// It cannot be read or made.
pub fn embedded_secret(data_dir: &Path, given: Option<&str>) -> Result<String, TokenError> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let path = data_dir.join("jwt_secret");
    kept_or_made(&path).map_err(|source| TokenError::Secret {
        path: path.display().to_string(),
        source,
    })
}

/// Two programs that make it at once end up with the same one: the file appears whole, under a name
/// that only one of them gets.
fn kept_or_made(path: &Path) -> std::io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return read.map(|secret| secret.trim().to_owned()),
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(RandomSecrets.generate("").0.as_bytes())?;
    file.sync_all()?;
    match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => fs::remove_file(&draft)?,
    }
    Ok(fs::read_to_string(path)?.trim().to_owned())
}

//! The token of an embedded database's owner.

use crate::config::{Config, StorageLocation};
use crate::secret::{SecretError, embedded_secret};
use chrono::TimeDelta;
use domain::auth::{AccessTokens as _, AuthService, Claims};
use domain::clock::Clock as _;
use infra::clock::SystemClock;
use infra::security::{Jwt, SecretTooShort};
use std::sync::Arc;

/// Why no token is printed.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error(
        "`token` is for the owner of an embedded database. With DATABASE_URL there is no such \
         owner: sign in through /auth."
    )]
    External,
    #[error("{0}")]
    Secret(#[from] SecretError),
    #[error("JWT_SECRET cannot be used: {0}.")]
    TooShort(#[from] SecretTooShort),
    #[error("{0}")]
    Issue(#[from] domain::error::Error),
}

/// An access token for the owner of the embedded database, whose id is always the same.
///
/// # Errors
/// The database is not embedded, or the secret is not available.
pub fn operator(config: &Config) -> Result<String, TokenError> {
    let StorageLocation::Embedded(embedded) = &config.storage else {
        return Err(TokenError::External);
    };
    let secret = embedded_secret(&embedded.data_dir, embedded.jwt_secret.as_deref())?;
    let clock = Arc::new(SystemClock);
    let now = clock.now();
    let claims = Claims {
        subject: AuthService::OPERATOR,
        session: None,
        issued_at: now,
        expires_at: now + TimeDelta::seconds(AuthService::ACCESS_SECONDS.into()),
    };
    let jwt = Jwt::new(secret.as_bytes(), clock)?;
    Ok(jwt.issue(&claims)?)
}

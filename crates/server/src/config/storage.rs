use super::{ConfigError, bad, given};
use crate::cli::GivenSettings;
use cluster::Options;
use infra::storage::{DiskRoom, Reserve};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the data is stored.
pub enum StorageLocation {
    /// The embedded PostgreSQL.
    Embedded(Embedded),
    /// An external PostgreSQL.
    External {
        database_url: String,
        /// A replica of it.
        read_url: Option<String>,
        jwt_secret: String,
    },
}

/// The embedded PostgreSQL. The secret is kept beside its data unless it is given.
pub struct Embedded {
    pub data_dir: PathBuf,
    pub pg_bin: Option<PathBuf>,
    pub jwt_secret: Option<String>,
    pub reserve: Reserve,
}

impl Embedded {
    /// The options for starting it with `max_connections`, and the object that measures its disk.
    pub(crate) fn options(&self, max_connections: u16) -> (Options, Arc<DiskRoom>) {
        let storage = DiskRoom::with_reserve(self.reserve);
        let options = Options {
            data_dir: self.data_dir.clone(),
            pg_bin: self.pg_bin.clone(),
            max_connections,
            durable: true,
            storage: Arc::clone(&storage),
        };
        (options, storage)
    }
}

impl StorageLocation {
    pub(super) fn read(settings: &GivenSettings) -> Result<Self, ConfigError> {
        let jwt_secret = secret("JWT_SECRET", &settings.jwt_secret)?;
        let reserve = given(&settings.disk_reserve).map_or(Some(Reserve::Usual), Reserve::parse);
        let reserve = reserve.ok_or_else(|| {
            bad(
                "DISK_RESERVE",
                "must be a number of bytes such as 512MiB or 1GiB, or off",
            )
        })?;
        let read_url = given(&settings.database_read_url);
        match given(&settings.database_url) {
            None if read_url.is_some() => Err(bad(
                "DATABASE_READ_URL",
                "is of a replica, and needs DATABASE_URL for its primary",
            )),
            None => Ok(Self::Embedded(Embedded {
                data_dir: given(&settings.data_dir)
                    .map_or_else(cluster::default_data_dir, PathBuf::from),
                pg_bin: given(&settings.pg_bin).map(PathBuf::from),
                jwt_secret,
                reserve,
            })),
            Some(url) => Ok(Self::External {
                database_url: url.to_owned(),
                read_url: read_url.map(str::to_owned),
                jwt_secret: jwt_secret.ok_or_else(|| {
                    bad(
                        "JWT_SECRET",
                        "is required with DATABASE_URL, and must have at least 32 bytes",
                    )
                })?,
            }),
        }
    }
}

/// A secret of at least 32 bytes, the length of the hash (RFC 7518, 3.2).
pub(super) fn secret(
    variable: &'static str,
    setting: &Option<String>,
) -> Result<Option<String>, ConfigError> {
    match given(setting) {
        Some(secret) if secret.len() < 32 => Err(bad(variable, "must have at least 32 bytes")),
        secret => Ok(secret.map(str::to_owned)),
    }
}

impl std::fmt::Debug for StorageLocation {
    /// Without the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(embedded) => f
                .debug_struct("Embedded")
                .field("data_dir", &embedded.data_dir)
                .finish_non_exhaustive(),
            Self::External { .. } => f.debug_struct("External").finish_non_exhaustive(),
        }
    }
}

//! Makes sure that only one service uses a DATA_DIR.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use nix::fcntl::OFlag;

use crate::error::{Doing, EmbeddedError};
use crate::paths::ClusterPaths;
use infra::files;

/// Held as long as the service lives. The kernel releases it however the process ends, and no child
/// inherits it.
#[derive(Debug)]
pub(crate) struct Lock {
    /// The lock of the directory itself, which cannot be removed while it is not empty. `None`
    /// where the file system cannot lock directories.
    _directory: Option<File>,
    /// The lock of the file `lock` in it, for earlier versions, which know only that. If the file
    /// is removed, an earlier version can start, but not this one.
    _file: File,
}

impl Lock {
    /// Locks DATA_DIR for this process.
    pub(crate) fn take(paths: &ClusterPaths) -> Result<Self, EmbeddedError> {
        let shown = paths.data_dir.display();
        let directory = File::open(&paths.data_dir).doing(|| format!("open {shown}"))?;
        let directory = match directory.try_lock() {
            Ok(()) => Some(directory),
            Err(TryLockError::WouldBlock) => return Err(in_use(paths)),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "DATA_DIR cannot be locked; its file `lock` must not be removed");
                None
            }
        };
        let path = paths.data_dir.join("lock");
        let file = lock_file(paths).map_err(|error| match error {
            TryLockError::WouldBlock => in_use(paths),
            TryLockError::Error(source) => EmbeddedError::Io {
                action: format!("lock {}", path.display()),
                source,
            },
        })?;
        Ok(Self {
            _directory: directory,
            _file: file,
        })
    }
}

fn lock_file(paths: &ClusterPaths) -> Result<File, TryLockError> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(paths.data_dir.join("lock"))
        .map_err(TryLockError::Error)?;
    file.try_lock()?;
    // The number is only for the message below: the service starts even without room for it.
    let written = file
        .set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    match written {
        Err(error) if error.kind() != io::ErrorKind::StorageFull => Err(TryLockError::Error(error)),
        _ => Ok(file),
    }
}

fn in_use(paths: &ClusterPaths) -> EmbeddedError {
    let holder = files::text(&paths.data_dir.join("lock"), 32).unwrap_or_default();
    let holder = match holder.trim() {
        "" => String::new(),
        pid => format!(" (process {pid})"),
    };
    EmbeddedError::InUse {
        data_dir: paths.data_dir.clone(),
        holder,
    }
}

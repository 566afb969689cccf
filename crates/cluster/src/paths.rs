//! The directories: DATA_DIR with the cluster, its log and its socket.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::account::SystemUser;
use crate::error::{Doing, EmbeddedError};

const SOCKET: &str = ".s.PGSQL.5432";

/// The longest path of a unix socket is 107 bytes on Linux and 103 on macOS.
const SOCKET_PATH_BYTES: usize = 103;

/// The default directory of the database: `./data`. For root, where PostgreSQL's user cannot reach
/// `./data` (such as in a clone under a closed home), it is a directory under
/// `/var/lib/jan-conversations`, with a name of its own for each clone.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    let here = PathBuf::from("./data");
    let Ok(parent) = env::current_dir() else {
        return here;
    };
    let data = fs::canonicalize(parent.join("data")).unwrap_or_else(|_| parent.join("data"));
    match SystemUser::for_cluster(&data.join("postgres")) {
        Ok(account) if account.is_other() => {
            let open = data
                .ancestors()
                .skip(1)
                .all(|directory| account.may_search(directory));
            let apart = || Path::new("/var/lib/jan-conversations").join(short_hash(&data));
            if open { here } else { apart() }
        }
        _ => here,
    }
}

/// A DATA_DIR that exists.
#[derive(Debug, Clone)]
pub(crate) struct ClusterPaths {
    pub(crate) data_dir: PathBuf,
    pub(crate) account: SystemUser,
}

impl ClusterPaths {
    /// Creates the directory if needed. As root, new directories on the way are made searchable
    /// (not readable) for the account. Existing directories stay as they are, except for DATA_DIR
    /// itself.
    pub(crate) fn open(data_dir: &Path, account: SystemUser) -> Result<Self, EmbeddedError> {
        let shown = data_dir.display();
        let mode = if account.is_other() { 0o711 } else { 0o700 };
        make(data_dir, mode).doing(|| format!("create {shown}"))?;
        let data_dir = fs::canonicalize(data_dir).doing(|| format!("find {shown}"))?;
        if account.is_other() && !account.may_search(&data_dir) {
            let metadata = fs::metadata(&data_dir).doing(|| format!("read {shown}"))?;
            let permissions = Permissions::from_mode(metadata.mode() | 0o111);
            fs::set_permissions(&data_dir, permissions).doing(|| format!("open up {shown}"))?;
        }
        account.must_reach(&data_dir)?;
        Ok(Self { data_dir, account })
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.data_dir.join("postgres.log")
    }

    /// The directory of the socket, for the account only: access to the socket is enough to
    /// connect.
    pub(crate) fn socket_dir(&self) -> Result<PathBuf, EmbeddedError> {
        let run = self.data_dir.join("run");
        if run.join(SOCKET).as_os_str().len() <= SOCKET_PATH_BYTES {
            let made = make(&run, 0o700).and_then(|()| {
                self.account.own(&run)?;
                fs::set_permissions(&run, Permissions::from_mode(0o700))
            });
            made.doing(|| format!("create {}", run.display()))?;
            return Ok(run);
        }
        // Any user may have made a directory of that name under /tmp. It is used only if it belongs
        // to the account and is closed; otherwise a few more names are tried.
        let name = format!("/tmp/jan-conversations-{}", short_hash(&self.data_dir));
        for path in (0..10).map(|number| PathBuf::from(format!("{name}-{number}"))) {
            if self
                .private_dir(&path)
                .doing(|| format!("create {}", path.display()))?
            {
                return Ok(path);
            }
        }
        Err(EmbeddedError::NoSocketDirectory(PathBuf::from(name)))
    }

    fn private_dir(&self, path: &Path) -> io::Result<bool> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            Ok(()) => self.account.own(path)?,
            Err(_) => {}
        }
        let found = fs::symlink_metadata(path)?;
        Ok(found.is_dir() && found.mode() & 0o777 == 0o700 && found.uid() == self.account.uid())
    }
}

/// The socket's file and its lock file.
pub(crate) fn socket_files(socket_dir: &Path) -> [PathBuf; 2] {
    [
        socket_dir.join(SOCKET),
        socket_dir.join(format!("{SOCKET}.lock")),
    ]
}

/// A connection string for the socket, in the form of tokio-postgres.
pub(crate) fn url(socket_dir: &Path) -> String {
    let mut host = String::new();
    for byte in socket_dir.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                host.push(char::from(*byte));
            }
            _ => host.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("postgres://postgres@{host}/postgres?sslmode=disable")
}

/// Creates a directory and its parents, independent of the umask.
fn make(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make(parent, 0o755)?;
    }
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)),
    }
}

fn short_hash(path: &Path) -> String {
    Sha256::digest(path.as_os_str().as_bytes())
        .iter()
        .take(6)
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

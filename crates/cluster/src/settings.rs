//! PostgreSQL's settings.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Connections in addition to the service's, for psql and pg_dump.
const SPARE_CONNECTIONS: u16 = 5;

const FIXED: [&str; 23] = [
    "shared_buffers=128MB",
    "wal_level=replica",
    "checkpoint_timeout=5min",
    "checkpoint_completion_target=0.9",
    "random_page_cost=1.1",
    "jit=off",
    // Queries are small here, and workers would share memory in a /dev/shm that containers keep
    // small.
    "max_parallel_workers_per_gather=0",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    "log_destination=stderr",
    "logging_collector=off",
    "log_line_prefix=%m [%p] ",
    "log_checkpoints=off",
    "log_connections=off",
    "log_disconnections=off",
    // Users' texts must not be in a log, so neither statements nor the values of a violated key
    // are.
    "log_statement=none",
    "log_duration=off",
    "log_min_duration_statement=-1",
    "log_min_duration_sample=-1",
    "log_autovacuum_min_duration=-1",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
];

/// Keeps the values of parameters out of the log. Versions before 13 never log them.
const NO_PARAMETERS: [&str; 2] = [
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
];

/// The settings that differ between clusters.
#[derive(Debug)]
pub(crate) struct ClusterSettings {
    pub(crate) socket_dir: PathBuf,
    /// The connections of the service; a few more are allowed.
    pub(crate) max_connections: u16,
    /// Whether committed data must survive a crash of the machine.
    pub(crate) durable: bool,
    /// PostgreSQL's version.
    pub(crate) major: u32,
    /// The size to which PostgreSQL's write-ahead log grows before a checkpoint.
    pub(crate) wal_mib: u64,
}

impl ClusterSettings {
    /// The settings as arguments. The command line has priority over the files of the cluster, so a
    /// cluster that an earlier release made runs with this release's settings.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let on = if self.durable { "on" } else { "off" };
        let connections = self.max_connections.saturating_add(SPARE_CONNECTIONS);
        let mut settings = vec![
            socket_directories(&self.socket_dir),
            // The socket is the only way in. It and its directory are for the account only.
            "listen_addresses=".into(),
            "unix_socket_permissions=0700".into(),
            "port=5432".into(),
            format!("max_connections={connections}").into(),
            // Tests, too, may kill PostgreSQL and expect committed data: this costs little.
            "synchronous_commit=on".into(),
            format!("fsync={on}").into(),
            format!("full_page_writes={on}").into(),
        ];
        if !self.durable {
            // Tests make very many tables, and it would look at all of them, again and again.
            settings.push("autovacuum=off".into());
        }
        // Segments are kept for reuse, so that writing usually needs no new room.
        let least = (self.wal_mib / 2).clamp(32, 80);
        settings.push(format!("max_wal_size={}MB", self.wal_mib).into());
        settings.push(format!("min_wal_size={least}MB").into());
        settings.extend(FIXED.map(OsString::from));
        if self.major >= 13 {
            settings.extend(NO_PARAMETERS.map(OsString::from));
        }
        settings
            .into_iter()
            .flat_map(|setting| [OsString::from("-c"), setting])
            .collect()
    }
}

/// The setting is a list: quotes keep a path with a comma or a space together.
fn socket_directories(socket_dir: &Path) -> OsString {
    let mut quoted = Vec::new();
    for byte in socket_dir.as_os_str().as_bytes() {
        if *byte == b'"' {
            quoted.push(b'"');
        }
        quoted.push(*byte);
    }
    let mut setting = OsString::from("unix_socket_directories=\"");
    setting.push(OsStr::from_bytes(&quoted));
    setting.push("\"");
    setting
}

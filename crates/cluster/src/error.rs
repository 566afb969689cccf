use std::io;
use std::path::PathBuf;

/// Why the embedded PostgreSQL could not be found, set up or started. Each message is for a
/// terminal, and says how to solve the problem where that is possible.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "PostgreSQL's server programs were not found: install them (Debian, Ubuntu: \
         apt install postgresql; Fedora: dnf install postgresql-server; macOS: \
         brew install postgresql@17), or set PG_BIN to the directory that holds initdb, pg_ctl \
         and postgres, or set DATABASE_URL to a running PostgreSQL."
    )]
    ProgramsMissing,

    #[error(
        "PG_BIN is {0}, which does not hold PostgreSQL's programs initdb, pg_ctl and postgres: \
         correct it, or leave it out (the service then looks for them), or set DATABASE_URL."
    )]
    ProgramsNotIn(PathBuf),

    #[error(
        "the database in {cluster} was made by PostgreSQL {wanted}, and only PostgreSQL {found} \
         was found: install PostgreSQL {wanted}, or set PG_BIN to the directory of its programs."
    )]
    OtherVersion {
        cluster: PathBuf,
        wanted: u32,
        found: u32,
    },

    #[error(
        "PostgreSQL refuses to run as root, and this system has no user named postgres or nobody: \
         add one of them, or start this service as another user."
    )]
    NoAccount,

    #[error(
        "the database in {cluster} belongs to the user {owner}: start this service as {owner}, or \
         with another DATA_DIR."
    )]
    OtherOwner { cluster: PathBuf, owner: String },

    #[error(
        "PostgreSQL refuses to run as root and runs as the user {account}, who cannot reach {path} \
         because {closed} is closed to others: use a place that is open to them, or start this \
         service as another user."
    )]
    Unreachable {
        account: String,
        path: PathBuf,
        closed: PathBuf,
    },

    #[error(
        "{data_dir} is in use by another instance{holder}: stop that one, or run beside it with \
         another DATA_DIR and HTTP_PORT."
    )]
    InUse { data_dir: PathBuf, holder: String },

    #[error(
        "{0} holds files, but no PostgreSQL database: move them away, or use another DATA_DIR."
    )]
    NotACluster(PathBuf),

    #[error(
        "no private directory for PostgreSQL's socket could be made: every name like {0} is taken \
         by another user; a shorter DATA_DIR does without."
    )]
    NoSocketDirectory(PathBuf),

    #[error("PostgreSQL could not set up its database in {cluster}:\n{output}")]
    Initdb { cluster: PathBuf, output: String },

    #[error("PostgreSQL did not start; the end of its log {log}:\n{tail}")]
    NotStarted { log: PathBuf, tail: String },

    #[error(
        "PostgreSQL started, but answered no connection for {seconds} seconds; the end of its log \
         {log}:\n{tail}"
    )]
    NotReady {
        seconds: u64,
        log: PathBuf,
        tail: String,
    },

    #[error("a PostgreSQL left over in {cluster} (process {pid}) could not be stopped.")]
    Stuck { cluster: PathBuf, pid: i32 },

    #[error("could not {action}: {source}")]
    Io { action: String, source: io::Error },
}

/// Names the action that failed, so that an error of the operating system reads as a sentence.
pub(crate) trait Doing<T> {
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, EmbeddedError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, action: impl FnOnce() -> String) -> Result<T, EmbeddedError> {
        self.map_err(|source| EmbeddedError::Io {
            action: action(),
            source,
        })
    }
}

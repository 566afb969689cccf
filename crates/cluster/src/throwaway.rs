//! A cluster for tests, which is removed after the tests.

use std::env;
use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::account::SystemUser;
use crate::error::{Doing, EmbeddedError};
use crate::initdb;
use crate::paths::ClusterPaths;
use crate::programs::{self, Programs};
use crate::server::Server;
use infra::storage::{DiskRoom, Space};

/// Linux's file system in memory.
const MEMORY: &str = "/dev/shm";

/// How much must be free there: much more than tests need.
const PLENTY: u64 = 4 << 30;

/// The directory in memory for temporary files, unless `TMPDIR` names another directory. Each test
/// makes about a hundred files, which costs more on a disk than PostgreSQL itself.
#[must_use]
pub fn in_memory() -> Option<&'static Path> {
    let path = Path::new(MEMORY);
    let is_plenty = Space::around(path).is_ok_and(|space| space.free >= PLENTY);
    (env::var_os("TMPDIR").is_none() && is_plenty).then_some(path)
}

/// Waits until its input ends, which the kernel ensures however the other end dies. An initdb that
/// was running may still add files, so removing is tried a few times.
const GUARDIAN: &str = r#"
cat >/dev/null
"$1" stop -s -m immediate -D "$2"
for attempt in 1 2 3 4 5; do
    rm -rf "$3" "$4"
    [ -e "$3" ] || exit 0
    sleep 1
done"#;

/// A PostgreSQL in a temporary directory, not durable and without a supervisor. It depends on no
/// runtime, so one can serve all tests of a process. When this value is dropped, or the process
/// ends in any way (exit, panic, kill -9), the server is stopped and its directory removed.
#[derive(Debug)]
pub struct ThrowawayPostgres {
    url: String,
    data_dir: PathBuf,
    _guardian: Child,
}

impl ThrowawayPostgres {
    /// Starts a server, with the programs that [`crate::find_programs`] finds.
    ///
    /// # Errors
    ///
    /// As [`crate::EmbeddedPostgres::start`].
    pub async fn start(pg_bin: Option<&Path>, max_connections: u16) -> Result<Self, EmbeddedError> {
        let account = SystemUser::for_cluster(Path::new(""))?;
        let programs = programs::find_programs(pg_bin)?;
        account.must_reach(&programs.postgres)?;
        let directory = temporary(&account).doing(|| "create a temporary directory".to_owned())?;
        let paths = ClusterPaths::open(&directory, account)?;
        let server = Server::new(
            &paths,
            &programs,
            max_connections,
            false,
            &DiskRoom::unmeasured(),
        )?;
        let guardian = guard(&paths, &programs, &server)?;
        initdb::ensure(&paths, &programs, false).await?;
        server.start().await?.leave_running();
        Ok(Self {
            url: server.url(),
            data_dir: paths.data_dir,
            _guardian: guardian,
        })
    }

    /// A connection string for tokio-postgres; the user may create databases.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.url
    }

    /// The temporary directory; `postgres.log` in it may explain a failed test.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }
}

/// The guardian's input is a pipe that only this process holds; other child processes have it
/// closed.
fn guard(
    paths: &ClusterPaths,
    programs: &Programs,
    server: &Server,
) -> Result<Child, EmbeddedError> {
    let mut command = paths.account.command("sh");
    command
        .args(["-c", GUARDIAN, "guardian"])
        .arg(&programs.pg_ctl);
    command.args([
        &paths.cluster(),
        &paths.data_dir,
        &server.settings.socket_dir,
    ]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().doing(|| "run sh".to_owned())
}

fn temporary(account: &SystemUser) -> io::Result<PathBuf> {
    let preferred = in_memory().map_or_else(env::temp_dir, Path::to_owned);
    let open = account.must_reach(&preferred).is_ok();
    let parent = if open {
        preferred
    } else {
        PathBuf::from("/tmp")
    };
    let process = std::process::id();
    let mut number = 0_u32;
    loop {
        let path = parent.join(format!("jan-conversations-test-{process}-{number}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return account.own(&path).map(|()| path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

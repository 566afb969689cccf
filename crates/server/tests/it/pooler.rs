//! A PgBouncer between the service and the tests' PostgreSQL: that of `PGBOUNCER`, or of the system's package.

use crate::db::RUNTIME;
use nix::unistd::Uid;
use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// It is started again where it ends, as an operator's system does: PgBouncer 1.18, which Debian 12 has, dies when
/// the client of a statement that was called off leaves. It goes when its input ends, however this process dies.
const SUPERVISED: &str = r#"
while true; do "$1" "$2/pgbouncer.ini"; sleep 0.1; done & loop=$!
cat >/dev/null
kill $loop
kill -QUIT "$(cat "$2/pid")"
rm -rf "$2""#;

pub(crate) struct Pooler {
    port: u16,
    _supervisor: Child,
}

/// The program, and its version as (1, 25).
pub(crate) fn program() -> Option<(PathBuf, (u32, u32))> {
    let named = env::var_os("PGBOUNCER").map(PathBuf::from);
    let usual = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(PathBuf::from);
    let program = named.or_else(|| usual.into_iter().find(|program| program.exists()))?;
    let told = std::process::Command::new(&program)
        .arg("--version")
        .output();
    let told = String::from_utf8(told.unwrap().stdout).unwrap();
    let version = told.split_whitespace().nth(1).unwrap();
    let mut numbers = version.split('.').map(|number| number.parse().unwrap());
    Some((program, (numbers.next().unwrap(), numbers.next().unwrap())))
}

impl Pooler {
    /// To the databases of these lines, which name the server's directory as `{host}`; with more settings.
    pub(crate) async fn start(
        program: &Path,
        socket: &Path,
        databases: &str,
        settings: &str,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let directory = PathBuf::from(format!("/tmp/jan-pooler-{}-{port}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
        let host = socket.parent().unwrap().display().to_string();
        let file = directory.join("pgbouncer.ini");
        let text = format!(
            "[databases]\n{}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\nlogfile = {directory}/log\npidfile = {directory}/pid\n\
             server_reset_query = discard all\nignore_startup_parameters = options\n{settings}\n",
            databases.replace("{host}", &host),
            directory = directory.display(),
        );
        fs::write(&file, text).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISED, "supervisor"]);
        command.arg(program).arg(&directory).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if Uid::effective().is_root() {
            // It refuses to run as root, and the socket is open to the cluster's user only.
            let owner = fs::metadata(socket).unwrap();
            let (user, group) = (owner.uid(), owner.gid());
            chown(&file, Some(user), Some(group)).unwrap();
            chown(&directory, Some(user), Some(group)).unwrap();
            command.uid(user).gid(group).current_dir("/");
        }
        let supervisor = {
            let _inside = RUNTIME.enter();
            command.spawn().unwrap()
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < deadline, "PgBouncer does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self {
            port,
            _supervisor: supervisor,
        }
    }

    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        format!(
            "postgres://{user}@127.0.0.1:{}/{database}?sslmode=disable",
            self.port
        )
    }
}

//! PostgreSQL servers of one test: a primary and its replica.

use crate::db::Schema;
use crate::process::Scratch;
use cluster::find_programs;
use nix::unistd::{User, geteuid};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A command as the user that PostgreSQL runs as.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("LC_ALL", "C")
        .current_dir("/")
        .stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(user) = account() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

fn account() -> Option<User> {
    let names = ["postgres", "_postgres", "nobody"];
    let mut users = names
        .iter()
        .filter_map(|name| User::from_name(name).unwrap());
    geteuid().is_root().then(|| users.next().unwrap())
}

/// Gives a file or directory to that user.
pub(crate) fn own(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    if let Some(user) = account() {
        chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
}

/// A server with the schema of this version, reached through its socket.
pub(crate) struct Server {
    scratch: Scratch,
    /// Queries of the test itself.
    pub(crate) schema: Schema,
}

impl Server {
    /// A primary.
    pub(crate) async fn primary() -> Self {
        let server = Self::prepared().await;
        server.start().await;
        server
    }

    /// Its replica: a copy of the same cluster, which has not run since.
    pub(crate) async fn replica_of(primary: &Self) -> Self {
        let server = Self::prepared().await;
        let signal = server.scratch.path().join("postgres/standby.signal");
        fs::write(&signal, "").unwrap();
        own(&signal, 0o600);
        let settings = server.scratch.path().join("postgres/postgresql.auto.conf");
        let run = primary.scratch.path().join("run");
        let from = format!(
            "primary_conninfo = 'host={} user=postgres'\n",
            run.display()
        );
        fs::write(settings, from).unwrap();
        server.start().await;
        server
    }

    async fn prepared() -> Self {
        let scratch = Scratch::new();
        scratch.with_cluster().await;
        let run = scratch.path().join("run");
        fs::create_dir(&run).unwrap();
        own(&run, 0o755);
        let schema = Schema::at(address(&[&run]));
        Self { scratch, schema }
    }

    pub(crate) fn url(&self) -> &str {
        self.schema.url()
    }

    /// The address of whichever of these takes writes.
    pub(crate) fn url_of_both(&self, other: &Self) -> String {
        let runs = [self, other].map(|server| server.scratch.path().join("run"));
        let hosts = [runs[0].as_path(), runs[1].as_path()];
        format!("{}&target_session_attrs=read-write", address(&hosts))
    }

    pub(crate) async fn start(&self) {
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c autovacuum=off \
             -c max_connections=60 -c shared_buffers=32MB -c wal_retrieve_retry_interval=100ms",
            self.scratch.path().join("run").display()
        );
        assert!(self.control(&["start", "-o", &options]).await);
    }

    pub(crate) async fn promote(&self) {
        assert!(self.control(&["promote"]).await);
    }

    /// Ends it as by a loss of power.
    pub(crate) async fn crash(&self) {
        assert!(self.control(&["stop", "-m", "immediate"]).await);
    }

    async fn control(&self, arguments: &[&str]) -> bool {
        let mut control = command(&find_programs(None).unwrap().pg_ctl);
        control.args(arguments).args(["-w", "-s", "-D"]);
        control.arg(self.scratch.path().join("postgres"));
        let control = tokio::process::Command::from(control).status();
        control.await.unwrap().success()
    }
}

fn address(directories: &[&Path]) -> String {
    let hosts = directories
        .iter()
        .map(|directory| directory.display().to_string());
    let hosts: Vec<_> = hosts.map(|host| host.replace('/', "%2F")).collect();
    format!(
        "postgres://postgres@{}/postgres?sslmode=disable",
        hosts.join(",")
    )
}

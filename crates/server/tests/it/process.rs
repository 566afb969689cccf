//! The real binary, run as people run it.

use crate::app::{Actor, SECRET};
use crate::db::shared_directory;
use chrono::TimeDelta;
use cluster::in_memory;
use domain::auth::{AccessTokens as _, Claims};
use domain::clock::Clock as _;
use domain::id::OwnerId;
use infra::clock::SystemClock;
use infra::security::Jwt;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{Notify, OnceCell};
use tokio::time::{Instant, timeout};
use ulid::Ulid;

/// How long anything may take that is expected to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A DATA_DIR of one test, where PostgreSQL's user can reach it: in memory, since processes are killed here
/// and no machine is. It goes with the test, together with a PostgreSQL that a killed service left behind
/// in it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = in_memory().unwrap_or(Path::new("/tmp"));
        Self(directory.join(format!("jan-it-{}-{number}", std::process::id())))
    }

    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Lays a copy of a cluster down where there is none: making one takes a second of processor time.
    pub(crate) async fn with_cluster(&self) {
        let cluster = self.0.join("postgres");
        if cluster.exists() {
            return;
        }
        let made = DirBuilder::new().mode(0o711).create(&self.0);
        assert!(made.is_ok() || self.0.exists(), "{made:?}");
        copy(template().await, &cluster).await;
    }

    /// The process id of its postmaster, if one has begun to run.
    pub(crate) fn postmaster(&self) -> Option<i32> {
        let text = fs::read_to_string(self.0.join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
        }
        // A PostgreSQL that is ending may still be writing.
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        while fs::remove_dir_all(&self.0).is_err() && self.0.exists() {
            if std::time::Instant::now() > deadline {
                break;
            }
            std::thread::yield_now();
        }
    }
}

/// A cluster that the program has made and migrated. It lies beside the one that the tests share, and goes
/// with it.
async fn template() -> &'static Path {
    static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
    let made = TEMPLATE.get_or_init(|| async {
        let first = Scratch::new();
        let directory = first.path().to_str().unwrap();
        let run = output(&["migrate"], &[("DATA_DIR", directory)]).await;
        assert!(run.status.success(), "{}", text(&run.stderr));
        let template = shared_directory().await.join("template");
        copy(&first.path().join("postgres"), &template).await;
        template
    });
    made.await
}

/// Copies a directory with its owners.
async fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().await;
    assert!(copied.unwrap().success());
}

/// The program, without the settings of this process.
pub(crate) fn program(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jan-conversations"));
    command.env_clear();
    for kept in ["PATH", "PG_BIN", "LD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command.args(arguments).envs(settings.iter().copied());
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub(crate) async fn output(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let run = program(arguments, settings).output();
    timeout(PATIENCE, run).await.expect("it ends").unwrap()
}

#[track_caller]
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The log of a running program.
#[derive(Clone, Default)]
pub(crate) struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    more: Arc<Notify>,
}

impl Log {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Output to show when a test fails.
    fn end(&self) -> String {
        let lines = self.lines();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn add(&self, line: String) {
        self.lines.lock().unwrap().push(line);
        self.more.notify_waiters();
    }

    /// The first line with this in it, once it is written.
    pub(crate) async fn line(&self, part: &str) -> String {
        self.line_with(&[part]).await
    }

    /// The first line with all of this in it, once it is written.
    pub(crate) async fn line_with(&self, parts: &[&str]) -> String {
        let has_all = |line: &&String| parts.iter().all(|part| line.contains(part));
        let found = async {
            let mut seen = 0;
            loop {
                let more = self.more.notified();
                {
                    let lines = self.lines.lock().unwrap();
                    if let Some(line) = lines[seen..].iter().find(has_all) {
                        return line.clone();
                    }
                    seen = lines.len();
                }
                more.await;
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("no {parts:?} in the log:\n{}", self.end()))
    }
}

/// A service that runs.
pub(crate) struct Process {
    child: Child,
    pub(crate) log: Log,
    pub(crate) url: String,
}

impl Process {
    /// Starts a service on a free port, and returns when it listens.
    pub(crate) async fn serve(settings: &[(&str, &str)]) -> Self {
        let mut process = Self::start(settings);
        let line = process.log.line("listening on http://").await;
        let (_, url) = line.split_once("listening on ").unwrap();
        let url = url.split(['"', ' ']).next().unwrap();
        // The name may stand for ::1 as well, which has no listener.
        process.url = url.replace("localhost", "127.0.0.1");
        process
    }

    /// A service with a database of its own, which is there already.
    pub(crate) async fn embedded(scratch: &Scratch, more: &[(&str, &str)]) -> Self {
        scratch.with_cluster().await;
        let directory = scratch.path().to_str().unwrap();
        Self::serve(&[&[("DATA_DIR", directory)], more].concat()).await
    }

    /// A service on an external database.
    pub(crate) async fn external(database_url: &str, more: &[(&str, &str)]) -> Self {
        let settings = [("DATABASE_URL", database_url), ("JWT_SECRET", SECRET)];
        Self::serve(&[&settings, more].concat()).await
    }

    /// A service whose log is read until it gives its address; and the reader of the rest.
    pub(crate) async fn unheard(settings: &[(&str, &str)]) -> (Self, BufReader<ChildStderr>) {
        let mut command = program(&["serve", "--http-port", "0"], settings);
        let mut child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut pipe = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on http://") {
            line.clear();
            let read = timeout(PATIENCE, pipe.read_line(&mut line)).await;
            assert_ne!(
                read.expect("it has a line of output").unwrap(),
                0,
                "it ended"
            );
        }
        let (_, url) = line.trim_end().split_once("listening on ").unwrap();
        let url = url.replace("localhost", "127.0.0.1");
        let log = Log::default();
        (Self { child, log, url }, pipe)
    }

    fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = program(&["serve", "--http-port", "0"], settings);
        let mut child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let log = Log::default();
        let written = child.stderr.take().unwrap();
        let kept = log.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(written).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                kept.add(line);
            }
        });
        Self {
            child,
            log,
            url: String::new(),
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = self.child.id().expect("it runs");
        kill(Pid::from_raw(pid.cast_signed()), signal).unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended
            .unwrap_or_else(|_| panic!("it does not end:\n{}", self.log.end()))
            .unwrap()
    }

    pub(crate) async fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.ended().await;
    }

    pub(crate) fn anon(&self) -> Actor {
        Actor::of(&self.url, None)
    }

    /// An owner of a service with the secret of these tests.
    pub(crate) fn alice(&self) -> Actor {
        self.owner(0xA11CE)
    }

    /// Any owner of it.
    pub(crate) fn owner(&self, number: u128) -> Actor {
        let now = SystemClock.now();
        let claims = Claims {
            subject: OwnerId::new(Ulid(number)),
            session: None,
            issued_at: now,
            expires_at: now + TimeDelta::hours(1),
        };
        let jwt = Jwt::new(SECRET.as_bytes(), Arc::new(SystemClock)).unwrap();
        Actor::of(&self.url, Some(jwt.issue(&claims).unwrap()))
    }

    /// Asks again and again whether it is ready, as a load balancer does.
    pub(crate) async fn ready(&self) {
        self.readiness(200).await;
    }

    pub(crate) async fn readiness(&self, status: u16) {
        let deadline = Instant::now() + PATIENCE;
        while self.anon().get("/readyz").await.status != status {
            let log = || self.log.end();
            assert!(
                Instant::now() < deadline,
                "/readyz is never {status}:\n{}",
                log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

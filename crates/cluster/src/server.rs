//! One postmaster: starting it, checking that it answers, stopping it.

use std::fs;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::account::SystemUser;
use crate::error::{Doing, EmbeddedError};
use crate::log::ServerLog;
use crate::orphan;
use crate::paths::{self, ClusterPaths};
use crate::programs::Programs;
use crate::settings::ClusterSettings;
use infra::storage::DiskRoom;

const POLL: Duration = Duration::from_millis(10);

/// How long a start may take. Recovery after a crash may take longer: the wait continues while the
/// server says that it is starting up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster whose postmaster can be started, any number of times.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) account: SystemUser,
    pub(crate) postgres: PathBuf,
    pub(crate) cluster: PathBuf,
    pub(crate) settings: ClusterSettings,
    pub(crate) log: ServerLog,
}

impl Server {
    pub(crate) fn new(
        paths: &ClusterPaths,
        programs: &Programs,
        max_connections: u16,
        durable: bool,
        storage: &DiskRoom,
    ) -> Result<Self, EmbeddedError> {
        Ok(Self {
            account: paths.account.clone(),
            postgres: programs.postgres.clone(),
            cluster: paths.cluster(),
            settings: ClusterSettings {
                socket_dir: paths.socket_dir()?,
                max_connections,
                durable,
                major: programs.major,
                wal_mib: storage.wal_mib(),
            },
            log: ServerLog::new(paths.log()),
        })
    }

    pub(crate) fn url(&self) -> String {
        paths::url(&self.settings.socket_dir)
    }

    /// Starts a postmaster and waits until it answers.
    pub(crate) async fn start(&self) -> Result<Postmaster, EmbeddedError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.stop_orphan().await?;
            let (mut postmaster, mark) = self.spawn()?;
            let Some(error) = self.failure(&mut postmaster, mark).await else {
                return Ok(postmaster);
            };
            // The last backends of a killed postmaster may outlive it for a moment, and a new one
            // refuses to start while they run.
            let lingering = matches!(&error, EmbeddedError::NotStarted { .. })
                && self.log.says(mark, "pre-existing shared memory block");
            if !lingering || Instant::now() >= deadline {
                return Err(error);
            }
            sleep(POLL * 5).await;
        }
    }

    /// Makes sure that no postmaster runs in the cluster.
    pub(crate) async fn stop_orphan(&self) -> Result<(), EmbeddedError> {
        orphan::stop_any(&self.cluster, &self.settings.socket_dir).await
    }

    fn spawn(&self) -> Result<(Postmaster, u64), EmbeddedError> {
        let (output, mark) = self
            .log
            .bound()
            .and_then(|()| self.log.open(&self.account))
            .doing(|| format!("open {}", self.log.path().display()))?;
        let errors = output.try_clone().doing(|| "share a file".to_owned())?;
        let mut command = self.account.command(&self.postgres);
        command
            .arg("-D")
            .arg(&self.cluster)
            .args(self.settings.arguments());
        command
            .stdout(Stdio::from(output))
            .stderr(Stdio::from(errors));
        let child = Command::from(command)
            .spawn()
            .doing(|| format!("run {}", self.postgres.display()))?;
        Ok((
            Postmaster {
                child,
                left_running: false,
            },
            mark,
        ))
    }

    /// Waits until the server answers a connection (`None`), or has clearly failed.
    async fn failure(&self, postmaster: &mut Postmaster, mark: u64) -> Option<EmbeddedError> {
        let url = self.url();
        let mut deadline = Instant::now() + PATIENCE;
        loop {
            // An error here means that the process cannot be waited for any more.
            if !matches!(postmaster.child.try_wait(), Ok(None)) {
                let tail = self.log.tail(mark);
                return Some(EmbeddedError::NotStarted {
                    log: self.log.path().to_owned(),
                    tail,
                });
            }
            match timeout(Duration::from_secs(5), tokio_postgres::connect(&url, NoTls)).await {
                Ok(Ok(_)) => return None,
                Ok(Err(error)) if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => {
                    return None;
                }
                Ok(Err(error)) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) => {
                    deadline = Instant::now() + PATIENCE;
                }
                _ => {}
            }
            if Instant::now() > deadline {
                return Some(EmbeddedError::NotReady {
                    seconds: PATIENCE.as_secs(),
                    log: self.log.path().to_owned(),
                    tail: self.log.tail(mark),
                });
            }
            sleep(POLL).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The directory is empty if no server runs. One under /tmp would stay for good.
        let _ = fs::remove_dir(&self.settings.socket_dir);
    }
}

/// A running postmaster. Dropping it without [`Postmaster::stop`] sends it a stop signal.
#[derive(Debug)]
pub(crate) struct Postmaster {
    child: Child,
    left_running: bool,
}

impl Postmaster {
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(crate) async fn exited(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    pub(crate) fn leave_running(mut self) {
        self.left_running = true;
    }

    /// Stops it, cleanly if possible.
    pub(crate) async fn stop(mut self) {
        for (signal, patience) in orphan::STOP {
            self.signal(signal);
            if timeout(patience, self.child.wait()).await.is_ok() {
                return;
            }
            tracing::warn!(%signal, "PostgreSQL did not stop");
        }
    }

    /// The child has an id only until it was waited for, so the id cannot belong to another
    /// process.
    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            // This fails only for a process that has ended.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        if !self.left_running {
            self.signal(Signal::SIGINT);
        }
    }
}

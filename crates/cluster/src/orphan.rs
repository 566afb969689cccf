//! Cleans up after an earlier run: a PostgreSQL that outlived its service, or the files of a killed
//! one.
//!
//! This is safe only because the caller holds the lock on DATA_DIR.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::error::{Doing, EmbeddedError};
use crate::paths::socket_files;
use infra::files;

/// The most bytes the file of a postmaster has; a path of 4,096 is the longest part.
const MOST: u64 = 16 * 1024;

/// How to stop a postmaster: fast (an orderly end), immediate (the next start recovers from the
/// write-ahead log), and by force; and how long to wait after each.
pub(crate) const STOP: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(30)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// Stops a postmaster that runs in `cluster`, and removes files that would prevent a new one from
/// starting.
pub(crate) async fn stop_any(cluster: &Path, socket_dir: &Path) -> Result<(), EmbeddedError> {
    let file = cluster.join("postmaster.pid");
    let shown = file.display();
    let text = match files::text(&file, MOST) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        read => Some(read.doing(|| format!("read {shown}"))?),
    };
    if let Some(text) = text {
        match text
            .lines()
            .next()
            .and_then(|line| line.trim().parse::<i32>().ok())
        {
            Some(pid) if is_postmaster(pid, cluster).await => stop(pid, cluster).await?,
            // PostgreSQL handles the file of a dead process itself, and finds its shared memory
            // through it.
            Some(pid) if !is_alive(pid) => {}
            // Another process has the number now, or the file was cut off: PostgreSQL would take
            // that for a running server. Without the file, it still notices a running server by its
            // shared memory, which it finds by the directory.
            _ => remove(&file)?,
        }
    }
    socket_files(socket_dir)
        .iter()
        .try_for_each(|path| remove(path))
}

async fn stop(pid: i32, cluster: &Path) -> Result<(), EmbeddedError> {
    tracing::warn!(pid, "stopping a PostgreSQL that outlived its service");
    for (signal, patience) in STOP {
        let deadline = Instant::now() + patience;
        // The process may have ended by itself since.
        let _ = kill(Pid::from_raw(pid), signal);
        while Instant::now() < deadline {
            if !is_postmaster(pid, cluster).await {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
    Err(EmbeddedError::Stuck {
        cluster: cluster.to_owned(),
        pid,
    })
}

fn is_alive(pid: i32) -> bool {
    pid > 0 && !matches!(kill(Pid::from_raw(pid), None), Err(nix::Error::ESRCH))
}

/// Whether the process is the cluster's postmaster. The number alone proves nothing, since numbers
/// are reused; the command line names the cluster. A zombie process has no command line.
async fn is_postmaster(pid: i32, cluster: &Path) -> bool {
    let line = if Path::new("/proc/self/cmdline").exists() {
        fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
    } else {
        let ps = Command::new("ps")
            .args(["-ww", "-o", "args=", "-p", &pid.to_string()])
            .stdin(Stdio::null())
            .output();
        ps.await.map(|output| output.stdout).unwrap_or_default()
    };
    let line = String::from_utf8_lossy(&line).replace(['\0', '\n'], " ");
    let program = line.split(" -D ").next().unwrap_or_default();
    program.rsplit('/').next() == Some("postgres")
        && line.contains(&format!(" -D {} ", cluster.to_string_lossy()))
}

fn remove(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.doing(|| format!("remove {}", path.display())),
    }
}
